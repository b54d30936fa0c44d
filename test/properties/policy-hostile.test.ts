import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  compilePolicy,
  contextKeysOf,
  type Decision,
  evaluate,
  PolicyError,
  type PolicyKind,
  parsePolicy,
} from '#core/policy';

const kinds: readonly PolicyKind[] = ['identity', 'trust', 'session', 'boundary', 'resource', 'scp', 'rcp'];
const length = 100_000;

const principal = {
  type: 'user',
  account: '111111111111',
  arn: 'arn:aws:iam::111111111111:user/alice',
  id: 'AIDAALICEALICEALICEA',
} as const;

/** The error of a text that is no policy, or undefined; anything but PolicyError that is thrown fails the test. */
function errorOf(text: string, kind: PolicyKind): PolicyError | undefined {
  try {
    compilePolicy(parsePolicy(text, kind));
    return undefined;
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}

function decide(
  statement: object,
  request: { readonly resource?: string; readonly context?: ReadonlyMap<string, string | readonly string[]> },
): Decision {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...statement },
  });
  const policy = compilePolicy(parsePolicy(text, 'identity'));
  return evaluate(
    {
      principal,
      action: 's3:GetObject',
      resource: request.resource ?? '*',
      context: request.context ?? new Map(),
    },
    { identity: [{ name: 'hostile', policy }] },
  );
}

/** JSON that looks like a policy, with anything in any place. */
const nameText = fc.oneof(
  fc.constantFrom('Version', 'Id', 'Statement', 'Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action'),
  fc.constantFrom(
    'NotAction',
    'Resource',
    'NotResource',
    'Condition',
    'StringEquals',
    'Null',
    'aws:username',
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', ''),
  fc.string(),
);
const valueText = fc.oneof(
  fc.constantFrom('2012-10-17', 'Allow', 'Deny', '*', 'sts:AssumeRole', 's3:*', 'arn:aws:s3:::b', 'true'),
  fc.string(),
);
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6 },
    valueText,
    fc.constantFrom(null, true, false, 0, -1.5, 1e300),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.array(fc.tuple(nameText, tie('node')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
}));
const element = fc.oneof(valueText, node);
const nearlyPolicy = fc.record({
  Version: fc.constantFrom('2012-10-17', '2008-10-17'),
  Statement: fc.record(
    {
      Sid: element,
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.oneof(fc.constant('*'), fc.record({ AWS: element })),
      Action: element,
      Resource: element,
      Condition: fc.dictionary(
        fc.constantFrom('StringLike', 'Null', 'DateEquals', 'IpAddress'),
        fc.dictionary(nameText, element),
      ),
    },
    { requiredKeys: ['Effect', 'Action'] },
  ),
});

describe('whatever is given as a policy', () => {
  test('is read or refused with MalformedPolicyDocument', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.json(),
      node.map((value) => JSON.stringify(value)),
      nearlyPolicy.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(...kinds), (text, kind) => {
        const error = errorOf(text, kind);
        if (error !== undefined) assert.equal(error.code, 'MalformedPolicyDocument');
      }),
      { numRuns: 5000 },
    );
  });

  test('that reads as a policy is JSON, too', () => {
    fc.assert(
      fc.property(
        nearlyPolicy,
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', '\\', '\u0000', '0'),
        (value, at, put) => {
          const whole = JSON.stringify(value);
          const cut = at % (whole.length + 1);
          const text = whole.slice(0, cut) + put + whole.slice(cut + 1);
          if (errorOf(text, 'identity') === undefined) JSON.parse(text);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('decides without throwing, and never allows what a statement does not', () => {
    fc.assert(
      fc.property(nearlyPolicy, fc.string(), fc.string(), (value, resource, name) => {
        let policy: ReturnType<typeof compilePolicy>;
        try {
          policy = compilePolicy(parsePolicy(JSON.stringify(value), 'identity'));
        } catch (error) {
          assert.ok(error instanceof PolicyError);
          return;
        }
        const request = {
          principal,
          action: 's3:GetObject',
          resource,
          context: new Map([['aws:username', name]]),
        };
        const { allowed, statement } = evaluate(request, { identity: [{ name: 'p', policy }] });
        assert.equal(allowed, statement !== undefined && value.Statement.Effect === 'Allow');
      }),
      { numRuns: 3000 },
    );
  });
});

// Each of these would run for minutes, or exhaust the stack, in a reader or matcher that goes back.
describe('size costs no more than itself', () => {
  test('a resource of stars and letters against a long one', () => {
    const resource = `arn:aws:s3:::${'a'.repeat(length)}b`;
    assert.equal(decide({ Resource: `arn:aws:s3:::${'*a'.repeat(60_000)}*c` }, { resource }).allowed, false);
    assert.equal(decide({ Resource: `arn:aws:s3:::${'*a'.repeat(60_000)}*b` }, { resource }).allowed, true);
  });

  test('a resource of nothing but stars', () => {
    const resource = `arn:aws:s3:::${'a'.repeat(length)}`;
    assert.equal(decide({ Resource: `arn:aws:s3:::${'*'.repeat(length)}` }, { resource }).allowed, true);
    assert.equal(decide({ Resource: `arn:aws:s3:::${'*'.repeat(length)}b` }, { resource }).allowed, false);
  });

  test('a condition of stars and question marks against a long value', () => {
    const context = new Map([['aws:username', 'a'.repeat(length)]]);
    const like = (pattern: string): boolean =>
      decide({ Condition: { StringLike: { 'aws:username': pattern } } }, { context }).allowed;
    assert.equal(like('*?a'.repeat(30_000)), true);
    assert.equal(like(`${'*?a'.repeat(30_000)}*b`), false);
    assert.equal(like('?'.repeat(length)), true);
    assert.equal(like('?'.repeat(length + 1)), false);
  });

  test('a variable that never ends', () => {
    for (const text of [
      `\${${' '.repeat(length)}`,
      `\${${'a '.repeat(length / 2)}`,
      '${'.repeat(length / 2),
      `\${a,${' '.repeat(length)}`,
      `\${a,'${'${a,'.repeat(length / 5)}`,
      '$'.repeat(length),
    ]) {
      const statement = { Resource: `arn:aws:s3:::${text}` };
      assert.equal(decide(statement, { resource: `arn:aws:s3:::${text}` }).allowed, true);
      const condition = { Condition: { ArnLike: { 'aws:sourcearn': `arn:aws:s3:::${text}` } } };
      const context = new Map([['aws:sourcearn', `arn:aws:s3:::${text}`]]);
      assert.equal(decide(condition, { context }).allowed, true);
    }
  });

  test('a value of nothing but base64 padding', () => {
    const context = new Map([['x:digest', `${'='.repeat(length)}x`]]);
    const condition = { BinaryEquals: { 'x:digest': `${'='.repeat(length)}x` } };
    assert.equal(decide({ Condition: condition }, { context }).allowed, true);
  });

  test('a policy of many actions, resources, values and conditions', () => {
    const many = (make: (index: number) => string): readonly string[] =>
      Array.from({ length: 5000 }, (_, index) => make(index));
    const statement = {
      Action: [...many((index) => `s3:a${index}`), 's3:GetObject'],
      Resource: ['*'],
      Condition: { StringEquals: { 'aws:username': [...many((index) => `u${index}`), 'alice'] } },
    };
    assert.equal(decide(statement, { context: new Map([['aws:username', 'alice']]) }).allowed, true);
    assert.equal(decide(statement, { context: new Map([['aws:username', 'bob']]) }).allowed, false);
  });

  test('a policy of many keys is asked for each of them once', () => {
    const keys = Object.fromEntries(
      Array.from({ length: 4000 }, (_, index) => [`aws:PrincipalTag/${index}`, 'x']),
    );
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { StringEquals: keys, StringLike: {} },
      },
    });
    assert.deepEqual(contextKeysOf(parsePolicy(text, 'identity')), Object.keys(keys));
  });

  test('lists and objects nested without end', () => {
    for (const text of [
      '['.repeat(length),
      '{"a":'.repeat(length / 5),
      `${'['.repeat(60_000)}${']'.repeat(60_000)}`,
    ])
      assert.equal(errorOf(text, 'trust')?.message, 'This policy contains invalid Json');
  });

  test('a text beyond every limit is refused before it is read', () => {
    const text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`;
    assert.equal(errorOf(text.padEnd(131_072), 'trust')?.message, 'Missing required field Principal');
    assert.equal(errorOf(text.padEnd(131_073), 'trust')?.message, 'Syntax errors in policy.');
  });

  test('strings of escapes, blank lines and long numbers', () => {
    const wrap = (id: string): string =>
      `{"Id":${id},"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`;
    assert.equal(errorOf(wrap(`"${'\\u0041'.repeat(20_000)}"`), 'identity'), undefined);
    assert.equal(errorOf(`${'\n'.repeat(length)}${wrap('"x"')}`, 'identity'), undefined);
    assert.equal(errorOf(wrap('1'.repeat(length)), 'identity')?.message, 'Syntax errors in policy.');
    assert.equal(errorOf(wrap(`"${'a'.repeat(length)}`), 'identity')?.message, 'Syntax errors in policy.');
  });

  test('principals, addresses and dates of great length', () => {
    const trust = (value: string, form: string): string | undefined =>
      errorOf(
        JSON.stringify({
          Statement: { Effect: 'Allow', Principal: { [form]: value }, Action: 'sts:AssumeRole' },
        }),
        'trust',
      )?.message;
    for (const [form, value] of [
      ['AWS', `arn:aws:iam::111111111111:${'a'.repeat(length)}`],
      ['Service', `${'a.'.repeat(length / 2)}!`],
      ['Federated', `${'a.'.repeat(length / 2)}!`],
      ['CanonicalUser', 'a'.repeat(length)],
    ] as const) {
      assert.equal(trust(value, form), `Invalid principal in policy: "${form.toUpperCase()}":"${value}"`);
    }
    for (const [operator, value] of [
      ['IpAddress', ':'.repeat(length)],
      ['IpAddress', `${'1:'.repeat(length / 2)}/32`],
      ['DateEquals', '1'.repeat(length)],
      ['NumericEquals', `${'1'.repeat(length)}.`],
      ['Bool', `\${${'}'.repeat(length)}x`],
    ] as const) {
      const statement = {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { [operator]: { 'a:b': value } },
      };
      assert.equal(
        errorOf(JSON.stringify({ Statement: statement }), 'identity')?.message,
        'The policy failed legacy parsing',
      );
    }
  });
});

describe('names that objects inherit', () => {
  test('are ordinary condition keys', () => {
    for (const key of ['aws:__proto__', 'aws:constructor', 'aws:PrincipalTag/__proto__']) {
      const condition = JSON.parse(`{"StringEquals":{${JSON.stringify(key)}:"x"}}`);
      assert.equal(decide({ Condition: condition }, {}).allowed, false);
      assert.equal(
        decide({ Condition: condition }, { context: new Map([[key.toLowerCase(), 'x']]) }).allowed,
        true,
      );
    }
  });

  test('have no value as variables', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      assert.equal(
        decide({ Resource: `arn:aws:s3:::\${${name}}*` }, { resource: 'arn:aws:s3:::x' }).allowed,
        false,
      );
  });
});
