import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createRemoteSource } from './remote-source.ts';
import type { CredentialSource } from './source.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
let server: Server;
let answer: { status: number; body: string };
let asked: { headers: NodeJS.Dict<string | string[]>; body: string } | undefined;
let source: CredentialSource;

const credentials = {
  AccessKeyId: 'ASIA1',
  SecretAccessKey: 'secret',
  SessionToken: 'token',
  Expiration: now / 1000 + 3600,
};

function whole(more: object = {}): string {
  return JSON.stringify({
    AssumeRoleResponse: { AssumeRoleResult: { Credentials: { ...credentials, ...more } } },
  });
}

beforeEach(async () => {
  answer = { status: 200, body: whole() };
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    asked = { headers: request.headers, body };
    response.writeHead(answer.status, { location: '/' }).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  source = createRemoteSource({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: async () => ({ accessKeyId: 'AKIAHOST', secretAccessKey: 'hidden' }),
    region: 'eu-west-1',
    roleArn: 'arn:aws:iam::111122223333:role/app/web',
    sessionName: 'i-0123456789abcdef0',
    durationSeconds: 3600,
    clock: () => now,
  });
});
afterEach(async () => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

describe('an issuer elsewhere', () => {
  it('is asked for the role with a signature of the host', async () => {
    assert.deepEqual(source.role(), { name: 'web', id: 'arn:aws:iam::111122223333:role/app/web' });
    assert.equal(source.profile(), undefined);
    assert.deepEqual(await source.issue('2.0'), {
      accessKeyId: 'ASIA1',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      issuedAt: now,
      expiresAt: now + 3_600_000,
    });
    assert.match(
      String(asked?.headers.authorization),
      /^AWS4-HMAC-SHA256 Credential=AKIAHOST\/20260102\/eu-west-1\/sts\/aws4_request, /,
    );
    assert.deepEqual(Object.fromEntries(new URLSearchParams(asked?.body)), {
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::111122223333:role/app/web',
      RoleSessionName: 'i-0123456789abcdef0',
      DurationSeconds: '3600',
    });
  });

  it('that refuses is told apart from one that fails', async () => {
    answer = { status: 403, body: '{"Error":{"Code":"AccessDenied","Message":"no"}}' };
    await assert.rejects(source.issue('2.0'), {
      code: 'AssumeRoleUnauthorizedAccess',
      message: 'the issuer answered 403 AccessDenied',
    });
    answer = { status: 503, body: '{"Error":{"Code":"ServiceUnavailable"}}' };
    await assert.rejects(source.issue('2.0'), {
      code: 'Failed',
      message: 'the issuer answered 503 ServiceUnavailable',
    });
  });

  it('that is away, redirects, or gives an answer that is not whole, gives nothing', async () => {
    for (const [status, body] of [
      [302, ''],
      [200, 'not JSON'],
      [200, '{}'],
      [200, whole({ SecretAccessKey: 1 })],
      [200, whole({ SessionToken: undefined })],
      [200, whole({ Expiration: now / 1000 })],
      [200, whole({ Expiration: 'never' })],
      [200, `${' '.repeat(100_000)}${whole()}`],
    ] as const) {
      answer = { status, body };
      await assert.rejects(
        source.issue('2.0'),
        { code: 'Failed', message: 'the issuer cannot be asked' },
        body,
      );
    }
    server.close();
    server.closeAllConnections();
    await assert.rejects(source.issue('2.0'), { code: 'Failed', message: 'the issuer cannot be asked' });
  });
});
