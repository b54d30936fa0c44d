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
    check({ ...filled, file: 'anything', 'x-ignore-': '' });
    check(
      { ...filled, 'x-amz-meta-a': 'b' },
      { conditions: [...conditions, ['starts-with', '$x-amz-meta-a', '']] },
    );
  });

  const refused: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['another bucket', { bucket: 'other' }, 'Policy Condition failed: ["eq", "$bucket", "photos"]'],
    [
      'another start of the key',
      { key: 'user/bob/a' },
      'Policy Condition failed: ["starts-with", "$key", "user/ada/"]',
    ],
    ['a longer value', { acl: 'private-not' }, 'Policy Condition failed: ["eq", "$acl", "private"]'],
    ['another value', { acl: 'public-read' }, 'Policy Condition failed: ["eq", "$acl", "private"]'],
    [
      'a comma outside content types',
      { key: 'user/ada/a,user/bob/b', acl: 'a,b' },
      'Policy Condition failed: ["eq", "$acl", "private"]',
    ],
    [
      'a field that only ends like one to ignore',
      { 'a-x-ignore-me': '' },
      'Extra input fields: a-x-ignore-me',
    ],
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

  test('takes a field that is not there for an empty one', () => {
    check(filled, { conditions: [...conditions, ['eq', '$x-amz-meta-a', '']] });
    for (const value of ['S', 'a'])
      assert.throws(
        () => check(filled, { conditions: [...conditions, ['starts-with', '$x-amz-meta-a', value]] }),
        {
          code: 'AccessDenied',
          message: `Invalid according to Policy: Policy Condition failed: ["starts-with", "$x-amz-meta-a", "${value}"]`,
        },
      );
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
    assert.throws(() => checkPostLength(policy, 9), {
      code: 'EntityTooSmall',
      message: 'Your proposed upload is smaller than the minimum allowed size',
    });
    assert.throws(() => checkPostLength(policy, 501), {
      code: 'EntityTooLarge',
      message: 'Your proposed upload exceeds the maximum allowed size',
    });
  });

  const missing = 'Invalid Policy: Policy missing';
  const malformed: readonly (readonly [document: unknown, message: string])[] = [
    [[], 'Invalid Policy: expected an object.'],
    [null, 'Invalid Policy: expected an object.'],
    ['text', 'Invalid Policy: expected an object.'],
    [{}, `${missing} expiration.`],
    [{ expiration }, `${missing} conditions.`],
    [{ conditions }, `${missing} expiration.`],
    [{ expiration: 'soon', conditions }, `${missing} expiration.`],
    [{ expiration: 2027, conditions }, `${missing} expiration.`],
    [{ expiration, conditions: {} }, `${missing} conditions.`],
    [{ expiration, conditions, extra: 1 }, "Invalid Policy: Unexpected: 'extra'."],
    ...(
      [
        ['text', 'Invalid Condition.'],
        [null, 'Invalid Condition.'],
        [[], 'Invalid Condition: expected three parts.'],
        [['eq', '$key'], 'Invalid Condition: expected three parts.'],
        [['eq', '$key', 'a', 'b'], 'Invalid Condition: expected three parts.'],
        [['content-length-range', 1], 'Invalid Condition: expected three parts.'],
        [['eq', 'key', 'a'], 'Invalid Condition: the name of a field begins with $.'],
        [['eq', 1, 'a'], 'Invalid Condition.'],
        [['eq', '$key', 1], 'Invalid Condition.'],
        [['starts-with', '$key', null], 'Invalid Condition.'],
        [['ends-with', '$key', 'a'], 'Invalid Condition.'],
        [[1, '$key', 'a'], 'Invalid Condition.'],
        [['content-length-range', 5, 1], 'Invalid content-length-range.'],
        [['content-length-range', -1, 1], 'Invalid content-length-range.'],
        [['content-length-range', 'a', 1], 'Invalid content-length-range.'],
        [['content-length-range', 0, 'a'], 'Invalid content-length-range.'],
        [['content-length-range', 0.5, 1], 'Invalid content-length-range.'],
        [['content-length-range', 0, 1.5], 'Invalid content-length-range.'],
        [['content-length-range', null, 1], 'Invalid content-length-range.'],
        [['content-length-range', '', 1], 'Invalid content-length-range.'],
        [['content-length-range', 0, true], 'Invalid content-length-range.'],
        [['content-length-range', 0, [5]], 'Invalid content-length-range.'],
        [['content-length-range', 0, '0x10'], 'Invalid content-length-range.'],
        [['content-length-range', 0, '1e3'], 'Invalid content-length-range.'],
        [['content-length-range', 0, ' 5'], 'Invalid content-length-range.'],
        [{ key: 1 }, 'Invalid Simple-Condition: value must be a string.'],
        [{ key: ['a'] }, 'Invalid Simple-Condition: value must be a string.'],
      ] as const
    ).map(([condition, message]) => [{ expiration, conditions: [condition] }, message] as const),
  ];
  for (const [document, message] of malformed)
    test(`is refused as ${JSON.stringify(document)}`, () => {
      assert.throws(() => parsePostPolicy(encode(document)), {
        name: 'PostPolicyError',
        code: 'InvalidPolicyDocument',
        message,
      });
    });

  test('is refused when it is not base64 of JSON in UTF-8', () => {
    const notBase64 = 'Invalid Policy: the policy is not base64';
    const good = encode({ expiration, conditions });
    for (const [text, message] of [
      ['', notBase64],
      ['{}', notBase64],
      [`-${good}`, notBase64],
      [`${good}-`, notBase64],
      [`${good}===`, notBase64],
      [`${good}= =`, notBase64],
      [' '.repeat(65_537 - good.length) + good, notBase64],
      ['====', notBase64],
      [encode({}).slice(0, -3), 'Invalid JSON.'],
      [Buffer.from([0x7b, 0xff, 0x7d]).toString('base64'), 'Invalid JSON.'],
      [Buffer.from('{"expiration":"\ufffd').toString('base64'), 'Invalid JSON.'],
    ] as const)
      assert.throws(() => parsePostPolicy(text), { code: 'InvalidPolicyDocument', message }, text);
  });

  test('may be broken into lines, and as long as is allowed', () => {
    const good = encode({ expiration, conditions });
    const broken = ` ${good.slice(0, 60)}\r\n${good.slice(60)} \n`;
    assert.deepEqual(parsePostPolicy(broken), parsePostPolicy(good));
    assert.deepEqual(parsePostPolicy(' '.repeat(65_536 - good.length) + good), parsePostPolicy(good));
  });

  test('is read whole, names of fields in lower case', () => {
    assert.deepEqual(
      parsePostPolicy(
        encode({
          expiration: '2026-11-24T12:05:00Z',
          conditions: [
            { Bucket: 'b', ACL: 'private' },
            ['EQ', '$Key', 'K'],
            ['starts-with', '$X-Amz-Meta-A', ''],
            ['Content-Length-Range', '5', 5],
            ['content-length-range', 0, 100],
          ],
        }),
      ),
      {
        expiration: Date.UTC(2026, 10, 24, 12, 5),
        conditions: [
          { kind: 'eq', field: 'bucket', value: 'b' },
          { kind: 'eq', field: 'acl', value: 'private' },
          { kind: 'eq', field: 'key', value: 'K' },
          { kind: 'starts-with', field: 'x-amz-meta-a', value: '' },
          { kind: 'content-length-range', least: 5, most: 5 },
          { kind: 'content-length-range', least: 0, most: 100 },
        ],
        least: 5,
        most: 5,
      },
    );
    assert.deepEqual(parsePostPolicy(encode({ expiration, conditions: [] })), {
      expiration: Date.parse(expiration),
      conditions: [],
      least: 0,
      most: Number.POSITIVE_INFINITY,
    });
  });
});
