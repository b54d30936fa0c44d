import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import type { AccessKeyId, AccountId } from '#core/identifiers';
import {
  createTokenKey,
  deriveSecretAccessKey,
  openToken,
  packedSize,
  type SessionClaims,
  type SessionTag,
  SessionTokenError,
  sealToken,
  type TokenKey,
  tokenKeyId,
  tokenLimit,
} from './index.ts';

const key = createTokenKey('0a1b2c3d', Buffer.alloc(32, 1));
const otherKey = createTokenKey('0a1b2c3d', Buffer.alloc(32, 2));
const nonce = Buffer.alloc(12, 7);
const accessKeyId = 'ASIAQNZGKIQY56JQ7WML' as AccessKeyId;

const plain: SessionClaims = {
  kind: 'assumed-role',
  accessKeyId,
  account: '111122223333' as AccountId,
  principalId: 'AROAABCDEFGHIJKLMNOPQ',
  sessionName: 'session',
  issuedAt: 1_767_323_045,
  expiresAt: 1_767_326_645,
  region: 'us-east-1',
};

const full: SessionClaims = {
  ...plain,
  mfaAt: 1_767_323_000,
  sourceIdentity: 'alice',
  chained: true,
  policy: '{"Version":"2012-10-17","Statement":[]}',
  policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::111122223333:policy/own'],
  tags: [
    { key: 'Team', value: 'blue', transitive: true },
    { key: 'Empty', value: '', transitive: false },
    { key: '😀', value: 'ä', transitive: false },
  ],
  context: { 'saml:sub': 'x', 'saml:groups': ['a', 'b'], __proto__: 'no' },
};

function invalid(run: () => unknown): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof SessionTokenError);
    assert.equal(error.code, 'TokenInvalid');
    assert.equal(error.message, 'The session token is not valid for this access key.');
    return true;
  });
}

/** A token around any bytes, sealed as the room itself does. */
function sealBytes(bytes: Uint8Array): string {
  const header = Buffer.from([1, 0x0a, 0x1b, 0x2c, 0x3d]);
  const cipher = createCipheriv('aes-256-gcm', key.sealing, nonce);
  cipher.setAAD(Buffer.concat([header, Buffer.from(accessKeyId)]));
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([header, nonce, body, cipher.getAuthTag()]).toString('base64');
}

const raw = (value: unknown): string =>
  sealBytes(Buffer.concat([Buffer.of(0), Buffer.from(JSON.stringify(value))]));

describe('a session token', () => {
  for (const [name, claims] of Object.entries({ 'a plain session': plain, 'a full session': full })) {
    test(`of ${name} opens to what was sealed`, () => {
      assert.deepEqual(openToken(sealToken(claims, key, nonce), accessKeyId, key), claims);
    });
  }

  for (const kind of [
    'assumed-role',
    'session-token',
    'federated-user',
    'root-session',
    'assumed-root',
  ] as const) {
    test(`keeps the kind ${kind}`, () => {
      assert.equal(openToken(sealToken({ ...plain, kind }, key, nonce), accessKeyId, key).kind, kind);
    });
  }

  test('names its version and its key in front', () => {
    const token = sealToken(plain, key, nonce);
    assert.deepEqual([...Buffer.from(token, 'base64').subarray(0, 5)], [1, 0x0a, 0x1b, 0x2c, 0x3d]);
    assert.equal(tokenKeyId(token), '0a1b2c3d');
    assert.equal(
      tokenKeyId(sealToken(plain, createTokenKey('0000000f', Buffer.alloc(32)), nonce)),
      '0000000f',
    );
  });

  test('does not show what it holds', () => {
    const bytes = Buffer.from(sealToken(full, key, nonce), 'base64').toString('latin1');
    for (const text of ['alice', 'AROA', 'session', '111122223333', 'blue']) assert.ok(!bytes.includes(text));
  });

  test('opens with its own key only', () => {
    const token = sealToken(plain, key, nonce);
    invalid(() => openToken(token, accessKeyId, otherKey));
    openToken(token, accessKeyId, createTokenKey('ffffffff', Buffer.alloc(32, 1)));
  });

  test('opens for its own access key id only', () => {
    const token = sealToken(plain, key, nonce);
    invalid(() => openToken(token, 'ASIAQNZGKIQY56JQ7WMM' as AccessKeyId, key));
    invalid(() => openToken(token, '' as AccessKeyId, key));
  });

  test('does not open with any bit of it flipped', () => {
    const bytes = Buffer.from(sealToken(full, key, nonce), 'base64');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      const at = bit >> 3;
      changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
      invalid(() => openToken(changed.toString('base64'), accessKeyId, key));
    }
  });

  test('does not open truncated or prolonged', () => {
    const bytes = Buffer.from(sealToken(full, key, nonce), 'base64');
    for (let length = 0; length < bytes.length; length++) {
      invalid(() => openToken(bytes.subarray(0, length).toString('base64'), accessKeyId, key));
    }
    invalid(() => openToken(Buffer.concat([bytes, Buffer.of(0)]).toString('base64'), accessKeyId, key));
  });

  test('of another version is none', () => {
    const bytes = Buffer.from(sealToken(plain, key, nonce), 'base64');
    for (const version of [0, 2, 255]) {
      bytes[0] = version;
      assert.equal(tokenKeyId(bytes.toString('base64')), undefined);
    }
  });

  test('has one spelling', () => {
    const token = sealToken({ ...plain, sessionName: 'sess' }, key, nonce);
    const spellings = [
      ` ${token}`,
      `${token}\n`,
      token.replace(/=+$/, ''),
      token.replaceAll('+', '-').replaceAll('/', '_'),
      `${token.slice(0, 4)}\n${token.slice(4)}`,
      `${token}====`,
      encodeURIComponent(token),
    ].filter((text) => text !== token);
    assert.ok(spellings.length >= 5);
    for (const text of spellings) {
      assert.equal(tokenKeyId(text), undefined, text);
      invalid(() => openToken(text, accessKeyId, key));
    }
  });

  test('that is none is not read', () => {
    for (const text of [
      '',
      'abcd',
      '====',
      '%%%%',
      'FwoGZXIvYXdzEXAMPLE=',
      'é'.repeat(64),
      'A'.repeat(tokenLimit + 4),
    ]) {
      assert.equal(tokenKeyId(text), undefined);
      invalid(() => openToken(text, accessKeyId, key));
    }
  });

  test('whose bytes were sealed well but are no claims does not open', () => {
    const row = [0, '111122223333', 'AROA', 1, 2, 'us-east-1'];
    assert.equal(openToken(raw(row), accessKeyId, key).principalId, 'AROA');
    const bad: readonly unknown[] = [
      {},
      null,
      [],
      [5, ...row.slice(1)],
      ['0', ...row.slice(1)],
      [0, 111122223333, 'AROA', 1, 2, 'us-east-1'],
      [0, '111122223333', 'AROA', 1.5, 2, 'us-east-1'],
      [0, '111122223333', 'AROA', 1, '2', 'us-east-1'],
      [0, '111122223333', 'AROA', 1, 2],
      [...row, 1],
      [...row, 0, 0, 0, 0, 0, ['arn', 1]],
      [...row, 0, 0, 0, 0, 0, 0, [['key']]],
      [...row, 0, 0, 0, 0, 0, 0, ['key']],
      [...row, 0, 0, 0, 0, 0, 0, 0, ['context']],
      [...row, 0, 0, 0, 0, 0, 0, 0, { key: 1 }],
    ];
    for (const value of bad) invalid(() => openToken(raw(value), accessKeyId, key));
    invalid(() => openToken(sealBytes(Buffer.of(0, 0x7b)), accessKeyId, key));
    invalid(() => openToken(sealBytes(Buffer.of(2, 0x5b, 0x5d)), accessKeyId, key));
    invalid(() => openToken(sealBytes(Buffer.of(1, 255, 255)), accessKeyId, key));
  });

  test('that would grow without end when it is unpacked does not open', () => {
    const row = (name: string): Buffer =>
      Buffer.concat([
        Buffer.of(1),
        deflateRawSync(JSON.stringify([0, '111122223333', 'AROA', 1, 2, 'us-east-1', name])),
      ]);
    assert.equal(openToken(sealBytes(row('session')), accessKeyId, key).sessionName, 'session');
    const bomb = row(' '.repeat(1_000_000));
    assert.ok(bomb.length < 2000);
    invalid(() => openToken(sealBytes(bomb), accessKeyId, key));
  });

  test('needs a nonce of twelve bytes', () => {
    for (const length of [0, 11, 13, 16]) {
      assert.throws(
        () => sealToken(plain, key, Buffer.alloc(length)),
        new RangeError('a nonce is twelve bytes'),
      );
    }
  });
});

/** Text that does not compress: hex of a fixed sequence. */
function noise(length: number): string {
  let text = '';
  let value = 1;
  while (text.length < length) {
    value = (value * 48_271) % 2_147_483_647;
    text += String.fromCharCode(33 + (value % 94));
  }
  return text.slice(0, length).replaceAll('\\', '/').replaceAll('"', "'");
}

describe('what a token has room for', () => {
  test('policies and tags that are not too large always fit, beside the longest of everything else', () => {
    let fitted = 0;
    for (let length = 0; length <= 3000; length += 50) {
      const tags = [{ key: 'k', value: noise(length), transitive: true }];
      if (packedSize({ tags }).percent > 100) continue;
      fitted = length;
      const token = sealToken(
        {
          ...plain,
          principalId: `AROA${noise(17)}`,
          sessionName: noise(64),
          sourceIdentity: noise(256),
          mfaAt: plain.issuedAt,
          region: 'ap-southeast-7',
          chained: true,
          tags,
        },
        key,
        nonce,
      );
      assert.ok(token.length <= tokenLimit);
    }
    assert.ok(fitted > 2000);
  });

  test('what does not fit is refused', () => {
    assert.throws(
      () => sealToken({ ...plain, policy: noise(4000) }, key, nonce),
      (error: unknown) => {
        assert.ok(error instanceof SessionTokenError);
        assert.equal(error.code, 'PackedPolicyTooLarge');
        assert.equal(error.message, 'Serialized token too large for session');
        return true;
      },
    );
  });

  test('the percentage follows what the token grows by', () => {
    const lengthOf = (tags: readonly SessionTag[]): number =>
      Buffer.from(sealToken({ ...plain, tags }, key, nonce), 'base64').length;
    const tags = (length: number): readonly SessionTag[] => [
      { key: 'k', value: noise(length), transitive: false },
    ];
    const [small, large] = [tags(400), tags(1800)];
    const percents = packedSize({ tags: large }).percent - packedSize({ tags: small }).percent;
    const bytes = lengthOf(large) - lengthOf(small);
    assert.ok(Math.abs(percents - (bytes * 100) / 2300) <= 2);
  });

  test('whatever there is costs at least one percent, and more never costs less', () => {
    assert.equal(packedSize({ policyArns: [] }).percent, 1);
    let last = 0;
    for (let length = 0; length < 2500; length += 100) {
      const { percent } = packedSize({ policy: noise(length) });
      assert.ok(percent >= last && percent >= 1);
      last = percent;
    }
    assert.ok(last > 80);
  });

  test('a policy that repeats itself is packed', () => {
    const policy = JSON.stringify({
      Statement: Array.from({ length: 20 }, () => ({ Effect: 'Allow', Action: 's3:*', Resource: '*' })),
    });
    assert.ok(policy.length > 1000);
    assert.ok(packedSize({ policy }).percent < 10);
  });

  test('marking a tag transitive costs nothing', () => {
    const tags = (transitive: boolean): readonly SessionTag[] => [
      { key: 'Team', value: noise(500), transitive },
    ];
    assert.equal(packedSize({ tags: tags(true) }).percent, packedSize({ tags: tags(false) }).percent);
  });
});

describe('a token key', () => {
  test('gives each access key id its own secret of forty characters, the same every time', () => {
    const secret = deriveSecretAccessKey(key, accessKeyId);
    assert.match(secret, /^[A-Za-z0-9/+]{40}$/);
    assert.equal(deriveSecretAccessKey(createTokenKey('0a1b2c3d', Buffer.alloc(32, 1)), accessKeyId), secret);
    assert.notEqual(deriveSecretAccessKey(key, 'ASIAQNZGKIQY56JQ7WMM'), secret);
    assert.notEqual(deriveSecretAccessKey(otherKey, accessKeyId), secret);
  });

  test('seals and derives with keys of their own', () => {
    const bytes = (part: TokenKey['sealing']): string => part.export().toString('hex');
    assert.notEqual(bytes(key.sealing), bytes(key.derivation));
    assert.notEqual(bytes(key.sealing), Buffer.alloc(32, 1).toString('hex'));
  });

  test('has an id of eight lower-case hex digits and 32 bytes', () => {
    for (const id of ['', '0a1b2c3', '0a1b2c3d4', '0A1B2C3D', '0a1b2c3g']) {
      assert.throws(
        () => createTokenKey(id, Buffer.alloc(32)),
        new RangeError('a token key id is eight hex digits'),
      );
    }
    for (const length of [0, 16, 31, 33]) {
      assert.throws(
        () => createTokenKey('0a1b2c3d', Buffer.alloc(length)),
        new RangeError('a token key is 32 bytes'),
      );
    }
  });
});
