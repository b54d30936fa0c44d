import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { isChallenge, isLoopbackRedirect, OAuthError, signProof, verifyProof } from '#core/oauth';
import { createTokenKey, openGrant, sealGrant } from '#core/session-token';
import { Fault } from '#wire/faults';
import { readAuthorization, readOnce } from '../../src/servers/oauth/read-authorization.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const url = 'http://127.0.0.1:4592/v1/token';
const request = { method: 'POST', urls: [url], now };
const proof = signProof(privateKey, { method: 'POST', url, now, id: 'one' });
const key = createTokenKey('00000001', randomBytes(32));
const json = fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text).toString('base64url'));

test('what claims to be a proof is refused in one way, whatever it is', () => {
  const parts = fc.tuple(json, json, fc.base64String()).map((three) => three.join('.'));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), parts), (text) => {
      assert.throws(() => verifyProof(text, request), OAuthError);
    }),
  );
});

test('a proof with any of its characters changed is none', () => {
  fc.assert(
    fc.property(fc.nat({ max: proof.length - 1 }), fc.constantFrom(...'AZaz09-_.'), (at, character) => {
      // The last character of a base64url text carries bits that say nothing.
      fc.pre(proof[at] !== character && at < proof.length - 1);
      assert.throws(
        () => verifyProof(`${proof.slice(0, at)}${character}${proof.slice(at + 1)}`, request),
        OAuthError,
      );
    }),
  );
});

test('a grant says what was sealed, and with a bit changed nothing', () => {
  const content = fc.array(fc.oneof(fc.string({ maxLength: 40 }), fc.integer()), { maxLength: 8 });
  fc.assert(
    fc.property(content, fc.nat(), (said, place) => {
      const grant = sealGrant('refresh token', said, key, randomBytes(12));
      assert.deepEqual(
        openGrant('refresh token', grant, () => key),
        said,
      );
      const bytes = Buffer.from(grant, 'base64url');
      const at = place % (bytes.length * 8);
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
      assert.equal(
        openGrant('refresh token', bytes.toString('base64url'), () => key),
        undefined,
      );
    }),
  );
});

test('a request for a code leads nowhere but to the own machine, whatever it says', () => {
  const good = {
    ...{ response_type: 'code', client_id: 'arn:aws:signin:::devtools/same-device', scope: 'openid' },
    ...{ redirect_uri: 'http://127.0.0.1:1/callback', state: 'state', code_challenge_method: 'S256' },
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  };
  const name = fc.constantFrom(...Object.keys(good));
  const uri = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc
      .tuple(fc.constantFrom('http://127.0.0.1', 'http://127.0.0.1:80', 'http:127.0.0.1'), fc.string())
      .map((two) => two.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(name, uri, (changed, value) => {
      try {
        const text = new URLSearchParams({ ...good, [changed]: value }).toString();
        const { redirectUri, challenge } = readAuthorization(readOnce(text), ['https://sts.example.com']);
        assert.ok(isLoopbackRedirect(redirectUri));
        assert.equal(new URL(redirectUri).hostname, '127.0.0.1');
        assert.ok(isChallenge(challenge));
      } catch (error) {
        assert.ok(error instanceof Fault, String(error));
        assert.equal(error.code, 'ValidationException');
      }
    }),
    { numRuns: 500 },
  );
});
