import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccessKeyId, AccountId } from '#core/identifiers';
import {
  createTokenKey,
  openSignIn,
  type SessionClaims,
  type SignIn,
  sealSignIn,
  sealToken,
} from './index.ts';

const key = createTokenKey('0a1b2c3d', Buffer.alloc(32, 1));
const otherKey = createTokenKey('0a1b2c3d', Buffer.alloc(32, 2));
const find = (id: string) => (id === key.id ? key : undefined);
const nonce = Buffer.alloc(12, 7);

const who: SessionClaims = {
  kind: 'assumed-role',
  accessKeyId: 'ASIAQNZGKIQY56JQ7WML' as AccessKeyId,
  account: '111122223333' as AccountId,
  principalId: 'AROAABCDEFGHIJKLMNOPQ',
  sessionName: 'session',
  issuedAt: 1_767_323_045,
  expiresAt: 1_767_326_645,
  region: 'us-east-1',
  sourceIdentity: 'ada',
  mfaAt: 1_767_323_000,
  chained: true,
};
const signIn: SignIn = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  session: who,
  endsAt: 1_767_323_945,
  sessionSeconds: 3600,
};

describe('a sign-in', () => {
  test('opens for its purpose to what was sealed', () => {
    for (const purpose of ['token', 'cookie'] as const)
      assert.deepEqual(openSignIn(purpose, sealSignIn(purpose, signIn, key, nonce), find), signIn);
    const { sessionSeconds: _, ...plain } = signIn;
    assert.deepEqual(openSignIn('token', sealSignIn('token', plain, key, nonce), find), plain);
  });

  test('opens for no other purpose, with no other key, and for nobody who has no key', () => {
    const token = sealSignIn('token', signIn, key, nonce);
    assert.equal(openSignIn('cookie', token, find), undefined);
    assert.equal(openSignIn('token', sealSignIn('cookie', signIn, key, nonce), find), undefined);
    assert.equal(
      openSignIn('token', token, () => otherKey),
      undefined,
    );
    assert.equal(
      openSignIn('token', token, () => undefined),
      undefined,
    );
  });

  test('is no session token, and a session token is no sign-in', () => {
    const session = Buffer.from(sealToken(who, key, nonce), 'base64').toString('base64url');
    assert.equal(openSignIn('token', session, find), undefined);
    assert.equal(openSignIn('cookie', session, find), undefined);
    assert.notDeepEqual(key.signIn.export(), key.sealing.export());
    assert.notDeepEqual(key.signIn.export(), key.derivation.export());
  });

  test('holds nothing that decides about requests', () => {
    const session: SessionClaims = {
      ...who,
      policy: '{"Version":"2012-10-17","Statement":[]}',
      policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      tags: [{ key: 'team', value: 'blue', transitive: true }],
      context: { 'saml:sub': 'x' },
    };
    assert.deepEqual(
      openSignIn('cookie', sealSignIn('cookie', { ...signIn, session }, key, nonce), find),
      signIn,
    );
  });

  test('does not open with a bit, a character or the spelling changed, cut off or longer', () => {
    const text = sealSignIn('cookie', signIn, key, nonce);
    const bytes = Buffer.from(text, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(
        openSignIn('cookie', changed.toString('base64url'), () => key),
        undefined,
      );
    }
    for (let length = 0; length < text.length; length++)
      assert.equal(openSignIn('cookie', text.slice(0, length), find), undefined);
    for (const other of [
      `${text}=`,
      `${text}A`,
      ` ${text}`,
      `${text}\n`,
      bytes.toString('base64'),
      'a'.repeat(1_000_000),
    ])
      if (other !== text) assert.equal(openSignIn('cookie', other, find), undefined);
  });

  test('fits a cookie at its longest', () => {
    const longest: SessionClaims = {
      ...who,
      sessionName: 'n'.repeat(64),
      sourceIdentity: 's'.repeat(64),
    };
    assert.ok(sealSignIn('cookie', { ...signIn, session: longest }, key, nonce).length < 1000);
  });
});
