import assert from 'node:assert/strict';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { audience, type Federation, startFederation } from '../federation-fixture.ts';

let federation: Federation;
let issuer: string;
let stop: () => Promise<void>;

/** A real OpenID provider over TLS, whose one client asks for tokens by itself. */
before(async () => {
  federation = await startFederation();
  const { certificate, privateKey } = federation.authority.issue(['localhost']);
  const server = createServer({ cert: certificate, key: privateKey });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `https://localhost:${(server.address() as AddressInfo).port}`;
  const { privateKey: signingKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'robot',
        client_secret: 'robot-secret-of-the-test-000000000',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(signingKey)), kid: 'live', alg: 'RS256', use: 'sig' }] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: 'assume',
          audience: resource.replace('urn:', ''),
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
after(async () => {
  await stop();
  await federation.stop();
});

/** Asks the provider's token endpoint for a token. */
async function requestToken(resource: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    resource,
    scope: 'assume',
  }).toString();
  const answer = await new Promise<string>((resolve, reject) => {
    const outgoing = request(
      `${issuer}/token`,
      {
        method: 'POST',
        agent: false,
        ca: federation.authority.certificate,
        auth: 'robot:robot-secret-of-the-test-000000000',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.on('end', () => resolve(text));
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  const { access_token: token } = JSON.parse(answer) as { access_token?: string };
  assert.ok(token, answer);
  return token;
}

test('a token of a live OpenID provider gets a role that trusts it, and none for another audience', async () => {
  const role = await federation.addRole('robot', {
    provider: await federation.addProvider(issuer),
    condition: { StringEquals: { [`${issuer.slice('https://'.length)}:sub`]: 'robot' } },
  });
  const answer = await federation.assume(role, await requestToken(`urn:${audience}`));
  assert.equal(answer.SubjectFromWebIdentityToken, 'robot');
  await assert.rejects(federation.assume(role, await requestToken('urn:elsewhere')), {
    name: 'InvalidIdentityTokenException',
    message: 'Incorrect token audience',
  });
});
