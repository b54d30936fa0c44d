import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createTestAuthority } from '../../../test/x509-writer.ts';
import { createCertificateSource } from './certificate-source.ts';
import type { CredentialSource } from './source.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const signer = createTestAuthority().issue({ serial: '0a' });
const credentials = {
  accessKeyId: 'ASIA1',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: '2026-01-02T04:04:05Z',
};

let server: Server;
let answer: { readonly status: number; readonly body: string };
let asked: { readonly target: string; readonly body: unknown; readonly authorization: string } | undefined;
let source: CredentialSource;

before(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { url: target = '', headers } = request;
    asked = { target, body: JSON.parse(body), authorization: headers.authorization ?? '' };
    response.writeHead(answer.status, { location: '/' }).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  source = createCertificateSource({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: async () => ({
      certificate: signer.der,
      serialNumber: '0a',
      chain: [],
      privateKey: signer.privateKey,
    }),
    trustAnchorArn: 'arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/t',
    profileArn: 'arn:aws:rolesanywhere:eu-west-1:111122223333:profile/p',
    roleArn: 'arn:aws:iam::111122223333:role/app/web',
    durationSeconds: 900,
    clock: () => now,
  });
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function whole(more: object = {}): string {
  return JSON.stringify({ credentialSet: [{ credentials: { ...credentials, ...more } }] });
}

describe('an issuer elsewhere, asked with a certificate', () => {
  it('gives credentials of the role, for the Region of the trust anchor', async () => {
    answer = { status: 201, body: whole() };
    assert.deepEqual(source.role(), { name: 'web', id: 'arn:aws:iam::111122223333:role/app/web' });
    assert.equal(source.profile(), undefined);
    const { expiration: _text, ...keys } = credentials;
    assert.deepEqual(await source.issue('2.0'), { ...keys, issuedAt: now, expiresAt: now + 3_600_000 });
    assert.match(asked?.target ?? '', /^\/sessions\?profileArn=arn%3Aaws%3A.*&roleArn=.*&trustAnchorArn=/);
    assert.deepEqual(asked?.body, { durationSeconds: 900 });
    assert.match(
      asked?.authorization ?? '',
      /^AWS4-X509-ECDSA-SHA256 Credential=10\/20260102\/eu-west-1\/rolesanywhere\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-x509, /,
    );
  });

  for (const [what, given, code, message] of [
    [
      'that refuses',
      { status: 403, body: '{"message":"Untrusted signing certificate"}' },
      'AssumeRoleUnauthorizedAccess',
      'the issuer answered 403: Untrusted signing certificate',
    ],
    ['that has failed', { status: 500, body: '{}' }, 'Failed', 'the issuer answered 500: '],
    ['that is no JSON', { status: 201, body: '<' }, 'Failed', 'the issuer cannot be asked'],
    ['that sends elsewhere', { status: 302, body: '' }, 'Failed', 'the issuer cannot be asked'],
    [
      'without a secret',
      { status: 201, body: whole({ secretAccessKey: 1 }) },
      'Failed',
      'the issuer cannot be asked',
    ],
    [
      'without an end',
      { status: 201, body: whole({ expiration: 'soon' }) },
      'Failed',
      'the issuer cannot be asked',
    ],
    [
      'that is over',
      { status: 201, body: whole({ expiration: '2026-01-02T03:04:05Z' }) },
      'Failed',
      'the issuer cannot be asked',
    ],
    [
      'beyond all measure',
      { status: 201, body: JSON.stringify('x'.repeat(100_000)) },
      'Failed',
      'the issuer cannot be asked',
    ],
  ] as const) {
    it(`is believed no answer ${what}`, async () => {
      answer = given;
      await assert.rejects(source.issue('2.0'), { code, message });
    });
  }
});
