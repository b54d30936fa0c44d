import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  type AccountId,
  accountOfAccessKeyId,
  createAccessKeyId,
  createAccountId,
  createSecretAccessKey,
  createUniqueId,
  createUuid,
  decodeBase32,
  encodeBase32,
  isAccountId,
} from './index.ts';

const zeros = (count: number): Uint8Array => new Uint8Array(count);
const ones = (count: number): Uint8Array => new Uint8Array(count).fill(255);

describe('the account in an access key id', () => {
  test('is read as AWS writes it', () => {
    assert.equal(accountOfAccessKeyId('ASIAQNZGKIQY56JQ7WML'), '029608264753');
  });

  test('is read back from the ids made here, whatever the random bytes', () => {
    for (const account of ['000000000000', '000000000001', '111122223333', '999999999999'] as AccountId[]) {
      for (const random of [zeros, ones, randomBytes]) {
        for (const prefix of ['AKIA', 'ASIA'] as const) {
          const id = createAccessKeyId(prefix, account, random);
          assert.match(id, new RegExp(`^${prefix}[Q-Z2-7][A-Z2-7]{15}$`));
          assert.equal(accountOfAccessKeyId(id), account);
        }
      }
    }
  });

  test('leaves thirty-nine bits to chance', () => {
    const account = '111122223333' as AccountId;
    const [low, high] = [zeros, ones].map((random) =>
      decodeBase32(createAccessKeyId('AKIA', account, random).slice(4)),
    );
    assert.ok(low !== undefined && high !== undefined);
    const differing = [...low].reduce(
      (sum, byte, at) => sum + (byte ^ (high[at] ?? 0)).toString(2).replaceAll('0', '').length,
      0,
    );
    assert.equal(differing, 39);
  });

  test('is not in the ids of before 2019, nor in what is no id', () => {
    for (const id of [
      'AKIAIOSFODNN7EXAMPLE',
      'AKIAJAAAAAAAAAAAAAAA',
      'AKIAPAAAAAAAAAAAAAAA',
      'AKIAQ0AAAAAAAAAAAAAA',
      'akiaqnzgkiqy56jq7wml',
      'ASIAQNZGKIQY56JQ7WM',
      'ASIAQNZGKIQY56JQ7WMLA',
      '',
    ]) {
      assert.equal(accountOfAccessKeyId(id), undefined, id);
    }
  });

  test('is none when the number has more than twelve digits', () => {
    assert.equal(accountOfAccessKeyId('AKIA7777777777777777'), undefined);
  });
});

describe('base32', () => {
  // RFC 4648 §10, without padding.
  const published = {
    '': '',
    f: 'MY',
    fo: 'MZXQ',
    foo: 'MZXW6',
    foob: 'MZXW6YQ',
    fooba: 'MZXW6YTB',
    foobar: 'MZXW6YTBOI',
  };
  for (const [text, encoded] of Object.entries(published)) {
    test(`of '${text}' is '${encoded}', and back`, () => {
      assert.equal(encodeBase32(Buffer.from(text)), encoded);
      assert.deepEqual(decodeBase32(encoded), new Uint8Array(Buffer.from(text)));
    });
  }

  test('has no other characters', () => {
    for (const text of ['0', '1', '8', '9', 'a', '=', ' ', 'ä'])
      assert.equal(decodeBase32(`MZXW${text}`), undefined);
  });
});

describe('ids', () => {
  test('an account id has twelve digits and does not begin with 0', () => {
    for (const random of [zeros, ones, randomBytes])
      assert.match(createAccountId(random), /^[1-9][0-9]{11}$/);
    assert.ok(isAccountId('012345678901'));
    for (const text of [
      '',
      '12345678901',
      '1234567890123',
      '12345678901a',
      '123456789012\n',
      '١٢٣٤٥٦٧٨٩٠١٢',
    ]) {
      assert.ok(!isAccountId(text));
    }
  });

  test('a unique id has twenty-one characters', () => {
    for (const prefix of ['AIDA', 'AROA', 'AGPA', 'AIPA', 'ANPA'] as const) {
      assert.match(createUniqueId(prefix, randomBytes), new RegExp(`^${prefix}[A-Z2-7]{17}$`));
    }
    assert.notEqual(createUniqueId('AROA', zeros), createUniqueId('AROA', ones));
  });

  test('a secret access key has forty characters of base64 and every random bit', () => {
    assert.match(createSecretAccessKey(randomBytes), /^[A-Za-z0-9/+]{40}$/);
    assert.equal(createSecretAccessKey(zeros), 'A'.repeat(40));
    assert.equal(createSecretAccessKey(ones), '/'.repeat(40));
  });

  test('a UUID says its version and variant', () => {
    assert.equal(createUuid(zeros), '00000000-0000-4000-8000-000000000000');
    assert.equal(createUuid(ones), 'ffffffff-ffff-4fff-bfff-ffffffffffff');
  });

  test('the bytes handed in are left as they are', () => {
    const bytes = randomBytes(16);
    const before = Buffer.from(bytes);
    createUuid(() => bytes);
    createAccessKeyId('AKIA', '111122223333' as AccountId, () => bytes.subarray(0, 10));
    assert.deepEqual(bytes, before);
  });
});
