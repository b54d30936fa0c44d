/**
 * The token names its own algorithm, and a verifier that believes it can be led to verify with the wrong kind of key, or with none:
 * CVE-2026-33322 and CVE-2024-48916 (an HMAC over what anybody can know), CVE-2023-48223 (the public key as the secret),
 * CVE-2022-23540 (`none`). Here the algorithm must be one of six with public keys, and the key must be of its type.
 */
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CompactSign } from 'jose';
import { audience, type Federation, startFederation } from '../federation-fixture.ts';
import { createIssuerKey } from '../token-issuer.ts';

let federation: Federation;
let role: string;

before(async () => {
  federation = await startFederation();
  // The key does not say which algorithm it is for: its type must.
  const { alg: _alg, ...jwk } = federation.key.jwk;
  federation.issuer.keys = [jwk];
  role = await federation.addRole('open');
});
after(() => federation.stop());

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function claims(): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: federation.issuer.url, sub: 'admin', aud: audience, iat: now, exp: now + 600 };
}

const wrongAlgorithm = {
  name: 'InvalidIdentityTokenException',
  message: 'The token must be signed with one of RS256, RS384, RS512, ES256, ES384, ES512.',
};
const wrongSignature = {
  name: 'InvalidIdentityTokenException',
  message: 'The signature of the token was made by none of the keys of its provider.',
};
const noKey = {
  name: 'InvalidIdentityTokenException',
  message:
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
};

test('CVE-2022-23540: a token that is signed with nothing is refused, however "none" is spelt', async () => {
  for (const alg of ['none', 'None', 'NONE', '', 'hasOwnProperty', '__proto__']) {
    for (const signature of ['', 'c2ln']) {
      const token = `${encode({ alg, kid: federation.key.kid })}.${encode(claims())}.${signature}`;
      await assert.rejects(federation.assume(role, token), wrongAlgorithm);
    }
  }
});

test('CVE-2026-33322, CVE-2024-48916: an HMAC over the audience or the key id is refused', async () => {
  for (const secret of [audience, federation.key.kid, '', federation.providerArn]) {
    for (const kid of [federation.key.kid, audience]) {
      const signed = `${encode({ alg: 'HS256', kid })}.${encode(claims())}`;
      const signature = createHmac('sha256', secret).update(signed).digest('base64url');
      await assert.rejects(federation.assume(role, `${signed}.${signature}`), wrongAlgorithm);
    }
  }
});

test('CVE-2023-48223: an HMAC with the public key as its secret is refused, whatever form the key has', async () => {
  const key = createPublicKey({ key: federation.key.jwk as JsonWebKey, format: 'jwk' });
  for (const secret of [
    key.export({ type: 'spki', format: 'pem' }).toString(),
    key.export({ type: 'pkcs1', format: 'pem' }).toString(),
    key.export({ type: 'spki', format: 'der' }),
    JSON.stringify(federation.key.jwk),
  ]) {
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS512', 'sha512'],
    ] as const) {
      const signed = `${encode({ alg, kid: federation.key.kid })}.${encode(claims())}`;
      const signature = createHmac(hash, secret).update(signed).digest('base64url');
      await assert.rejects(federation.assume(role, `${signed}.${signature}`), wrongAlgorithm);
    }
  }
});

test('a secret key that the provider publishes by mistake verifies nothing', async () => {
  const secret = Buffer.from('shared');
  federation.issuer.keys = [
    ...federation.issuer.keys,
    { kty: 'oct', kid: 'shared', alg: 'HS256', k: secret.toString('base64url') },
  ];
  const signed = `${encode({ alg: 'HS256', kid: 'shared' })}.${encode(claims())}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64url');
  await assert.rejects(federation.assume(role, `${signed}.${signature}`), wrongAlgorithm);
});

test('a token that brings its own key along is verified with the provider’s', async () => {
  const own = await createIssuerKey(federation.key.kid);
  for (const header of [
    { jwk: own.jwk },
    { jku: `${federation.issuer.url}/evil` },
    { x5u: federation.issuer.url },
  ]) {
    const token = await new CompactSign(Buffer.from(JSON.stringify(claims())))
      .setProtectedHeader({ alg: 'RS256', kid: federation.key.kid, ...header })
      .sign(own.privateKey);
    await assert.rejects(federation.assume(role, token), wrongSignature);
  }
});

test('an algorithm that does not fit the key under its id finds no key', async () => {
  const token = `${encode({ alg: 'ES256', kid: federation.key.kid })}.${encode(claims())}.${'A'.repeat(86)}`;
  await assert.rejects(federation.assume(role, token), noKey);
});

test('what the provider did sign is taken', async () => {
  const token = await federation.issuer.sign({ sub: 'admin', aud: audience });
  assert.ok((await federation.assume(role, token)).Credentials);
});
