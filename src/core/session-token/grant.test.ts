import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createTokenKey, openGrant, sealGrant, type TokenKey } from './index.ts';

const key = createTokenKey('0000000a', randomBytes(32));
const other = createTokenKey('0000000b', randomBytes(32));
const grant = sealGrant('authorization code', { user: 'ada' }, key, randomBytes(12));

function find(id: string): TokenKey | undefined {
  return id === key.id ? key : undefined;
}

test('a grant opens with its key for its purpose', () => {
  assert.deepEqual(openGrant('authorization code', grant, find), { user: 'ada' });
});

test('a grant opens with nothing else', () => {
  const altered = Buffer.from(grant, 'base64url');
  altered.writeUInt8(altered.readUInt8(20) ^ 1, 20);
  const long = sealGrant('authorization code', 'a'.repeat(2048), key, randomBytes(12));
  assert.equal(openGrant('refresh token', grant, find), undefined);
  assert.equal(
    openGrant('authorization code', grant, () => other),
    undefined,
  );
  assert.equal(
    openGrant('authorization code', grant, () => undefined),
    undefined,
  );
  for (const text of [altered.toString('base64url'), `${grant}=`, grant.slice(0, 20), long, ''])
    assert.equal(openGrant('authorization code', text, find), undefined);
});
