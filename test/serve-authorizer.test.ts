import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hashBody, signRequest } from '#core/sigv4';
import { freePort, runServe, startServing } from './serve-process.ts';
import type { Credentials } from './started-service.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const environment = { BREVET_ACCOUNT_ID: '111122223333' };

async function ask(port: number, credentials: Credentials, target = '/orders/1'): Promise<number> {
  const { rawHeaders } = signRequest(
    {
      method: 'GET',
      target: '/orders/1',
      rawHeaders: ['host', 'orders.example.com'],
      bodySha256: hashBody(new Uint8Array()),
    },
    { credentials, region: 'us-east-1', service: 'execute-api', now: Date.now() },
  );
  const original = ['x-original-method', 'GET', 'x-original-uri', target, 'connection', 'close'];
  const asked = request({ host: '127.0.0.1', port, headers: [...rawHeaders, ...original], setHost: false });
  asked.end();
  const [answer] = await once(asked, 'response');
  answer.resume();
  return answer.statusCode;
}

describe('an authorizer within the service', () => {
  test('is open when the service is ready, owned by the first account, and closed when it ends', async (t) => {
    const dataDirectory = await temporaryDirectory(t);
    const [own, foreign] = [await freePort(), await freePort()];
    const config = join(dataDirectory, 'settings.yaml');
    await writeFile(
      config,
      `authorizers:
  - { listen: "127.0.0.1:${own}" }
  - { listen: "127.0.0.1:${foreign}", ownerAccount: "999988887777" }
`,
    );
    const serving = await startServing({ dataDirectory, environment, arguments: ['--config', config] });
    const root = await serving.root();
    assert.equal(await ask(own, root), 200);
    assert.equal(await ask(own, root, '/orders/2'), 401);
    // The root of one account is nobody in another's.
    assert.equal(await ask(foreign, root), 403);
    assert.equal((await fetch(`http://127.0.0.1:${own}/healthz`)).status, 200);
    const { code, stdout } = await serving.stop();
    assert.deepEqual([code, stdout], [0, `brevet ready on ${serving.endpoint}\n`]);
    const [error] = await once(connect(own, '127.0.0.1'), 'error');
    assert.equal(error.code, 'ECONNREFUSED');
  });

  test('whose address is taken stops the start', async (t) => {
    const dataDirectory = await temporaryDirectory(t);
    const config = join(dataDirectory, 'settings.yaml');
    const port = await freePort();
    await writeFile(
      config,
      `authorizers: [{ listen: "127.0.0.1:${port}" }, { listen: "127.0.0.1:${port}" }]\n`,
    );
    const { code, stdout, stderr } = await runServe({
      dataDirectory,
      environment,
      arguments: ['--config', config],
    });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /EADDRINUSE/);
  });
});
