import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkPostLength, checkPostPolicy, parsePostPolicy } from './index.ts';

const now = Date.UTC(2026, 10, 24, 12);
const encode = (document: unknown) => Buffer.from(JSON.stringify(document)).toString('base64');
const expiration = '2026-11-24T12:05:00.000Z';
const conditions = [
  { bucket: 'photos' },
  ['starts-with', '$key', 'user/ada/'],
  ['eq', '$acl', 'private'],
  ['starts-with', '$Content-Type', 'image/'],
  ['content-length-range', 10, 1000],
];
const filled = {
  bucket: 'photos',
  key: 'user/ada/a.png',
  acl: 'private',
  'content-type': 'image/png',
  policy: 'anything',
  'x-amz-signature': 'anything',
  'x-ignore-me': 'anything',
};

function check(fields: Readonly<Record<string, string>>, document: object = {}, at = now): void {
  const policy = parsePostPolicy(encode({ expiration, conditions, ...document }));
  checkPostPolicy(policy, new Map(Object.entries(fields)), at);
}

describe('a POST policy', () => {
  test('lets a form pass that meets every condition', () => {
    check(filled);
    check({ ...filled, 'content-type': 'image/png, image/gif' });
  });

  const refused: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['another bucket', { bucket: 'other' }, 'Policy Condition failed: ["eq", "$bucket", "photos"]'],
    [
      'another start of the key',
      { key: 'user/bob/a' },
      'Policy Condition failed: ["starts-with", "$key", "user/ada/"]',
    ],
    ['another value', { acl: 'public-read' }, 'Policy Condition failed: ["eq", "$acl", "private"]'],
    ['no value', { acl: '' }, 'Policy Condition failed: ["eq", "$acl", "private"]'],
    [
      'one of several content types',
      { 'content-type': 'image/png,text/html' },
      'Policy Condition failed: ["starts-with", "$content-type", "image/"]',
    ],
    ['a field that no condition names', { 'x-amz-meta-a': 'b' }, 'Extra input fields: x-amz-meta-a'],
  ];
  for (const [what, change, message] of refused)
    test(`refuses ${what}`, () => {
      assert.throws(() => check({ ...filled, ...change }), {
        name: 'PostPolicyError',
        code: 'AccessDenied',
        message: `Invalid according to Policy: ${message}`,
      });
    });

  test('refuses a bucket that no condition names', () => {
    assert.throws(() => check(filled, { conditions: conditions.slice(1) }), {
      message: 'Invalid according to Policy: Extra input fields: bucket',
    });
  });

  test('ends at its expiration', () => {
    check(filled, {}, Date.parse(expiration) - 1);
    assert.throws(() => check(filled, {}, Date.parse(expiration)), {
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy expired.',
    });
  });

  test('bounds the length of the file', () => {
    const policy = parsePostPolicy(
      encode({ expiration, conditions: [...conditions, ['content-length-range', 0, 500]] }),
    );
    for (const length of [10, 500]) checkPostLength(policy, length);
    assert.throws(() => checkPostLength(policy, 9), { code: 'EntityTooSmall' });
    assert.throws(() => checkPostLength(policy, 501), { code: 'EntityTooLarge' });
  });

  const malformed: readonly unknown[] = [
    [],
    {},
    { expiration },
    { conditions },
    { expiration: 'soon', conditions },
    { expiration, conditions: {} },
    { expiration, conditions, extra: 1 },
    ...[
      'text',
      ['eq', '$key'],
      ['eq', 'key', 'a'],
      ['eq', '$key', 1],
      ['ends-with', '$key', 'a'],
      ['content-length-range', 5, 1],
      ['content-length-range', -1, 1],
      ['content-length-range', 'a', 1],
      { key: 1 },
      { key: ['a'] },
    ].map((condition) => ({ expiration, conditions: [condition] })),
  ];
  for (const document of malformed)
    test(`is refused as ${JSON.stringify(document)}`, () => {
      assert.throws(() => parsePostPolicy(encode(document)), {
        name: 'PostPolicyError',
        code: 'InvalidPolicyDocument',
      });
    });

  test('is refused when it is not base64 of JSON in UTF-8', () => {
    for (const text of [
      '',
      '{}',
      encode({}).slice(0, -3),
      Buffer.from([0x7b, 0xff, 0x7d]).toString('base64'),
    ])
      assert.throws(() => parsePostPolicy(text), { code: 'InvalidPolicyDocument' });
  });
});
