import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { createAdminServer, type Readiness } from './index.ts';

describe('the admin server', () => {
  const registry = new Registry();
  const errors: Error[] = [];
  let readiness: Readiness = { ready: true, reasons: [] };
  let collect = (): Promise<string> => registry.metrics();
  const server = createAdminServer({
    ready: () => readiness,
    registry: { metrics: () => collect() },
    onError: (error) => errors.push(error),
  });
  let origin = '';

  before(async () => {
    new Counter({ name: 'brevet_requests_total', help: 'Requests.', registers: [registry] }).inc(3);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  async function ask(path: string, method = 'GET'): Promise<[number, string, Headers]> {
    const response = await fetch(origin + path, { method });
    return [response.status, await response.text(), response.headers];
  }

  it('says that the process is alive, ready or not', async () => {
    readiness = { ready: false, reasons: ['the database is away'] };
    const [status, body, headers] = await ask('/healthz');
    assert.deepEqual([status, body], [200, 'alive\n']);
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  it('says whether requests can be served, and why not', async () => {
    readiness = { ready: true, reasons: [] };
    assert.deepEqual((await ask('/readyz')).slice(0, 2), [200, 'ready\n']);
    readiness = { ready: false, reasons: ['the database is away', 'the audit log cannot be written'] };
    assert.deepEqual((await ask('/readyz')).slice(0, 2), [
      503,
      'not ready\nthe database is away\nthe audit log cannot be written\n',
    ]);
  });

  it('gives the metrics as Prometheus reads them', async () => {
    const [status, body, headers] = await ask('/metrics?x=1');
    assert.equal(status, 200);
    assert.match(body, /^brevet_requests_total 3$/m);
    assert.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  });

  it('keeps the cause of a failure from the client and tells its owner', async () => {
    collect = () => Promise.reject(new Error('connect postgres://brevet:hunter2@db'));
    assert.deepEqual((await ask('/metrics')).slice(0, 2), [500, 'internal failure\n']);
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['connect postgres://brevet:hunter2@db'],
    );
  });

  it('answers HEAD like GET without a body', async () => {
    const [status, body, headers] = await ask('/healthz', 'HEAD');
    assert.deepEqual([status, body, headers.get('content-length')], [200, '', '6']);
  });

  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    it(`refuses ${method}`, async () => {
      const [status, body, headers] = await ask('/metrics', method);
      assert.deepEqual([status, body, headers.get('allow')], [405, 'only GET and HEAD\n', 'GET, HEAD']);
    });
  }

  for (const path of ['/', '/healthz/', '/metrics/x', '//metrics', '/debug']) {
    it(`has nothing at ${path}`, async () => {
      assert.deepEqual((await ask(path)).slice(0, 2), [404, 'not found\n']);
    });
  }
});
