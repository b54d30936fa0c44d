import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AccessKeyId, AccountId } from '#core/identifiers';
import {
  createTokenKey,
  openToken,
  packedSize,
  type SessionClaims,
  SessionTokenError,
  sealToken,
  tokenKeyId,
  tokenLimit,
} from '#core/session-token';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.string({ unit: 'binary', maxLength: 30 });
const seconds = fc.integer({ min: 0, max: 4_000_000_000 });

const claims: fc.Arbitrary<SessionClaims> = fc.record(
  {
    kind: fc.constantFrom('assumed-role', 'session-token', 'federated-user', 'root-session'),
    accessKeyId: fc.stringMatching(/^ASIA[Q-Z2-7][A-Z2-7]{15}$/) as fc.Arbitrary<AccessKeyId>,
    account: fc.stringMatching(/^[0-9]{12}$/) as fc.Arbitrary<AccountId>,
    principalId: text,
    sessionName: text,
    issuedAt: seconds,
    expiresAt: seconds,
    mfaAt: fc.integer({ min: 1, max: 4_000_000_000 }),
    sourceIdentity: text,
    tags: fc.array(fc.record({ key: text, value: text, transitive: fc.boolean() }), { maxLength: 5 }),
    policy: fc.string({ maxLength: 500 }),
    policyArns: fc.array(text, { maxLength: 5 }),
    chained: fc.constant(true),
    region: text,
    context: fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 3 }),
  },
  { requiredKeys: ['kind', 'accessKeyId', 'account', 'principalId', 'issuedAt', 'expiresAt', 'region'] },
) as fc.Arbitrary<SessionClaims>;

test('any session opens to what was sealed, and its token is not too long', () => {
  fc.assert(
    fc.property(claims, bytes(32), bytes(12), (session, secret, nonce) => {
      const key = createTokenKey('0a1b2c3d', secret);
      const token = sealToken(session, key, nonce);
      assert.ok(token.length <= tokenLimit);
      assert.equal(tokenKeyId(token), key.id);
      const opened = openToken(token, session.accessKeyId, key);
      assert.deepEqual(JSON.parse(JSON.stringify(opened)), JSON.parse(JSON.stringify(session)));
    }),
    { numRuns: 500 },
  );
});

test('no other key, access key id or character opens it', () => {
  fc.assert(
    fc.property(claims, bytes(32), bytes(32), fc.nat(), (session, secret, other, at) => {
      const key = createTokenKey('0a1b2c3d', secret);
      const token = sealToken(session, key, new Uint8Array(12));
      const place = at % token.length;
      const changed = token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1);
      const attempts: readonly (() => unknown)[] = [
        () => openToken(changed, session.accessKeyId, key),
        () => openToken(token, `${session.accessKeyId}A` as AccessKeyId, key),
        ...(Buffer.from(secret).equals(Buffer.from(other))
          ? []
          : [() => openToken(token, session.accessKeyId, createTokenKey('0a1b2c3d', other))]),
      ];
      for (const attempt of attempts) {
        assert.throws(
          attempt,
          (error: unknown) => error instanceof SessionTokenError && error.code === 'TokenInvalid',
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('whatever is given for a token, it is refused as such', () => {
  const key = createTokenKey('01000000', new Uint8Array(32));
  const given = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from([1, 1, 0, 0, 0, ...raw]).toString('base64')),
  );
  fc.assert(
    fc.property(given, (token) => {
      const id = tokenKeyId(token);
      assert.ok(id === undefined || /^[0-9a-f]{8}$/.test(id));
      assert.throws(
        () => openToken(token, 'ASIAQNZGKIQY56JQ7WML' as AccessKeyId, key),
        (error: unknown) => error instanceof SessionTokenError && error.code === 'TokenInvalid',
      );
    }),
    { numRuns: 1000 },
  );
});

test('what is not too large by its percentage fits a token', () => {
  const longest: Omit<SessionClaims, 'policy' | 'policyArns' | 'tags'> = {
    kind: 'assumed-role',
    accessKeyId: 'ASIAQNZGKIQY56JQ7WML' as AccessKeyId,
    account: '111122223333' as AccountId,
    principalId: 'AROAQ7X2KD5TGY3VZ6W4P',
    sessionName: 'q7Xk2-Dt5Gy3v.Z6w4P=aB9cE8fH1jL0mN,oR@sT+uVyWxI_zA7bC6dF5gK4hM3p',
    sourceIdentity: 'x2Kd5Tg.Y3vZ6w4Pq7X-aB9cE8fH1jL0mN,oR@sT+uVyWxI_zA7bC6dF5gK4hM3',
    issuedAt: 1_767_323_045,
    expiresAt: 1_767_366_245,
    mfaAt: 1_767_323_001,
    region: 'ap-southeast-7',
    chained: true,
  };
  const key = createTokenKey('0a1b2c3d', new Uint8Array(32));
  const tags = fc.array(
    fc.record({
      key: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }),
      value: fc.string({ unit: 'grapheme', maxLength: 256 }),
      transitive: fc.boolean(),
    }),
    { maxLength: 50, size: 'max' },
  );
  const packed = fc.record(
    { tags, policy: fc.string({ maxLength: 2048, size: 'max' }) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(packed as fc.Arbitrary<Pick<SessionClaims, 'policy' | 'tags'>>, (rest) => {
      const { percent } = packedSize(rest);
      assert.ok(percent >= 1);
      if (percent <= 100) sealToken({ ...longest, ...rest }, key, new Uint8Array(12));
    }),
    { numRuns: 200 },
  );
});
