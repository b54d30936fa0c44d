import assert from 'node:assert/strict';
import {
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { describe, test } from 'node:test';
import {
  challengeOf,
  isChallenge,
  isLoopbackRedirect,
  OAuthError,
  proofWindowMs,
  signIdToken,
  signProof,
  verifyProof,
} from './index.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const url = 'http://127.0.0.1:4592/v1/token';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const request = { method: 'POST', urls: ['https://sts.example.com/v1/token', url], now };
const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
const ownKey = { kty, crv, x, y };

function isRefused(message: string) {
  return (error: unknown) => {
    assert.ok(error instanceof OAuthError);
    assert.deepEqual([error.code, error.message], ['ProofInvalid', message]);
    return true;
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const goodHeader = { typ: 'dpop+jwt', alg: 'ES256', jwk: ownKey };
const goodPayload = { jti: 'one', htm: 'POST', htu: url, iat: now / 1000 };

/** A proof that says this, signed whatever it says. */
function proof(header: object, payload: object, key = privateKey): string {
  const signed = `${encode({ ...goodHeader, ...header })}.${encode({ ...goodPayload, ...payload })}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

describe('a proof of possession', () => {
  test('fits its request, at each address of the endpoint, and says which key made it', () => {
    const made = verifyProof(signProof(privateKey, { method: 'POST', url, now, id: 'one' }), request);
    assert.equal(made.expiresAt, now + proofWindowMs);
    const [, ...others] = ['one', 'two'].map((id) =>
      verifyProof(signProof(privateKey, { method: 'POST', url: request.urls[0] ?? '', now, id }), request),
    );
    assert.equal(others[0]?.thumbprint, made.thumbprint);
    assert.notEqual(others[0]?.id, made.id);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const foreign = verifyProof(signProof(other, { method: 'POST', url, now, id: 'one' }), request);
    assert.notEqual(foreign.thumbprint, made.thumbprint);
    assert.notEqual(foreign.id, made.id);
  });

  test('has the thumbprint that RFC 7638 gives the key', () => {
    // The key of RFC 9449, figure 2, and its thumbprint there in figure 5.
    const jwk = {
      kty: 'EC',
      x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
      y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
      crv: 'P-256',
    };
    const published =
      'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg';
    assert.equal(JSON.parse(Buffer.from(published.split('.')[0] ?? '', 'base64url').toString()).jwk.x, jwk.x);
    const { thumbprint } = verifyProof(published, {
      method: 'POST',
      urls: ['https://server.example.com/token'],
      now: 1_562_262_616_000,
    });
    assert.equal(thumbprint, '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I');
  });

  test('names its address without query and fragment', () => {
    verifyProof(proof({}, { htu: `${url}?a=b#c` }), request);
    verifyProof(proof({}, { htu: 'HTTPS://STS.example.com:443/v1/token' }), request);
  });

  test('may be five minutes off, to the second', () => {
    for (const iat of [now / 1000 - 300, now / 1000 + 300]) verifyProof(proof({}, { iat }), request);
  });

  const withoutType = { ...goodHeader, typ: undefined };
  const refused: Readonly<Record<string, readonly [text: string, what: string]>> = {
    'two parts': [proof({}, {}).split('.').slice(0, 2).join('.'), 'has a signature of another key'],
    'four parts': [`${proof({}, {})}.`, 'is no JWT'],
    'no text': ['', 'is no JWT'],
    'a header that is a list': [`${encode([])}.e30.`, 'is no JWT'],
    'a payload that is none': [
      (() => {
        const signed = `${encode(goodHeader)}.bm8`;
        const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
        return `${signed}.${signature.toString('base64url')}`;
      })(),
      'is no JWT',
    ],
    'more than 4096 characters': [proof({}, { jti: 'a'.repeat(4096) }), 'is too long'],
    'no type': [proof(withoutType, {}), 'is of another type than dpop+jwt'],
    'the type of a plain JWT': [proof({ typ: 'JWT' }, {}), 'is of another type than dpop+jwt'],
    'no signature by its own word': [proof({ alg: 'none' }, {}), 'is not signed with ES256'],
    'another algorithm': [proof({ alg: 'ES384' }, {}), 'is not signed with ES256'],
    'a MAC under the public key': [
      (() => {
        const signed = `${encode({ ...goodHeader, alg: 'HS256' })}.${encode(goodPayload)}`;
        return `${signed}.${createHmac('sha256', JSON.stringify(ownKey)).update(signed).digest('base64url')}`;
      })(),
      'is not signed with ES256',
    ],
    'no key': [proof({ jwk: undefined }, {}), 'shows no key'],
    'a private key': [proof({ jwk: privateKey.export({ format: 'jwk' }) }, {}), 'shows a private key'],
    'a key of another curve': [proof({ jwk: { ...ownKey, crv: 'P-384' } }, {}), 'shows no key of P-256'],
    'a symmetric key': [proof({ jwk: { kty: 'oct', k: 'AAAA' } }, {}), 'shows no key of P-256'],
    'a point that is not on the curve': [proof({ jwk: { ...ownKey, y: x } }, {}), 'shows no key of P-256'],
    'a key in another spelling': [proof({ jwk: { ...ownKey, x: `${x}=` } }, {}), 'shows no key of P-256'],
    'the signature of another key': [
      proof({}, {}, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      'has a signature of another key',
    ],
    'another method': [proof({}, { htm: 'GET' }), 'is for another method'],
    'another host': [proof({}, { htu: 'http://127.0.0.1:4593/v1/token' }), 'is for another address'],
    'another path': [proof({}, { htu: `${url}/` }), 'is for another address'],
    'no address': [proof({}, { htu: undefined }), 'is for another address'],
    'an address that is none': [proof({}, { htu: 'token' }), 'is for another address'],
    'a time too long ago': [proof({}, { iat: now / 1000 - 301 }), 'was made at another time'],
    'a time too far ahead': [proof({}, { iat: now / 1000 + 301 }), 'was made at another time'],
    'a time in words': [proof({}, { iat: '1767323045' }), 'was made at another time'],
    'no id': [proof({}, { jti: undefined }), 'has no id'],
    'an empty id': [proof({}, { jti: '' }), 'has no id'],
    'an id of more than 128 characters': [proof({}, { jti: 'a'.repeat(129) }), 'has no id'],
  };
  for (const [name, [text, what]] of Object.entries(refused)) {
    test(`is refused with ${name}`, () => {
      assert.throws(() => verifyProof(text, request), isRefused(`the DPoP proof ${what}`));
    });
  }
});

test('an ID token is signed with a key of its own', () => {
  const key = { id: '0000000a', key: createSecretKey(randomBytes(32)) };
  const token = signIdToken({ iss: 'i', sub: 's', aud: 'a', iat: 1, exp: 2 }, key);
  const [header = '', payload = '', signature] = token.split('.');
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), {
    alg: 'HS256',
    kid: '0000000a',
    typ: 'JWT',
  });
  assert.equal(JSON.parse(Buffer.from(payload, 'base64url').toString()).sub, 's');
  const plain = createHmac('sha256', key.key).update(`${header}.${payload}`).digest('base64url');
  assert.notEqual(signature, plain);
});

test('a challenge is the SHA-256 of its verifier (RFC 7636, appendix B)', () => {
  const challenge = challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
  assert.equal(challenge, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  assert.equal(isChallenge(challenge), true);
  for (const text of ['', `${challenge}=`, challenge.slice(1), `${challenge.slice(0, 42)}N`, `${challenge}A`])
    assert.equal(isChallenge(text), false, text);
});

test('a redirect stays on the own machine', () => {
  for (const uri of [
    'http://127.0.0.1:53037/oauth/callback',
    'http://127.0.0.1/oauth/callback',
    'http://127.0.0.1:65535',
  ])
    assert.equal(isLoopbackRedirect(uri), true, uri);
  for (const uri of [
    'http://localhost:53037/oauth/callback',
    'https://127.0.0.1:53037/oauth/callback',
    'http://127.0.0.1:65536/',
    'http://127.0.0.1:0/',
    'http://127.0.0.1.example.com/',
    'http://127.0.0.1@example.com/',
    'http://user@127.0.0.1/',
    'http://127.0.0.1:53037/callback?next=http://example.com',
    'http://127.0.0.1:53037/callback#fragment',
    'http://127.0.0.1:53037/a\nb',
    'http://127.1/',
    'http://0x7f000001/',
    'http://example.com/oauth/callback',
    'javascript:alert(1)',
    '',
  ])
    assert.equal(isLoopbackRedirect(uri), false, uri);
});
