import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ListShape, MapShape, OperationModel, Shape, StringShape } from '#wire/model';
import { iamOperations, stsOperations } from '#wire/model';
import { decodeQuery } from './decode.ts';
import { parseForm } from './form.ts';

const { AssumeRole } = stsOperations;

function assumeRole(form: string): unknown {
  return decodeQuery(AssumeRole, parseForm(form));
}

const text: StringShape = {
  type: 'string',
  name: 'text',
  min: undefined,
  max: undefined,
  pattern: undefined,
  enum: undefined,
  sensitive: false,
};
const list: ListShape = {
  type: 'list',
  name: 'list',
  member: text,
  memberWireName: 'member',
  flattened: false,
  min: undefined,
  max: undefined,
};
const map: MapShape = {
  type: 'map',
  name: 'map',
  key: text,
  value: text,
  keyWireName: 'key',
  valueWireName: 'value',
  flattened: false,
  min: undefined,
  max: undefined,
};

/** An operation with one input member `X` of the given shape. */
function taking(shape: Shape): OperationModel<{ readonly X?: unknown }> {
  const member = { name: 'X', wireName: 'X', required: false, location: 'body', shape } as const;
  return {
    ...AssumeRole,
    input: {
      type: 'structure',
      name: 'Input',
      members: [member],
      memberByWireName: new Map([['X', member]]),
      error: undefined,
    },
  } as OperationModel<{ readonly X?: unknown }>;
}

function decodeX(shape: Shape, form: string): unknown {
  return decodeQuery(taking(shape), parseForm(form)).X;
}

describe('decodeQuery', () => {
  test('reads AssumeRole with everything flattened', () => {
    const form =
      'Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FDemo&RoleSessionName=alice' +
      '&DurationSeconds=900&PolicyArns.member.1.arn=arn%3Ap&Tags.member.1.Key=team&Tags.member.1.Value=blue+green' +
      '&Tags.member.2.Key=cost&Tags.member.2.Value=&TransitiveTagKeys.member.1=team' +
      '&ProvidedContexts.member.1.ProviderArn=arn%3Ac';
    assert.deepEqual(assumeRole(form), {
      RoleArn: 'arn:aws:iam::111122223333:role/Demo',
      RoleSessionName: 'alice',
      DurationSeconds: 900,
      PolicyArns: [{ arn: 'arn:p' }],
      Tags: [
        { Key: 'team', Value: 'blue green' },
        { Key: 'cost', Value: '' },
      ],
      TransitiveTagKeys: ['team'],
      ProvidedContexts: [{ ProviderArn: 'arn:c' }],
    });
  });

  test('reads a structure and lists within lists', () => {
    assert.deepEqual(
      decodeQuery(
        stsOperations.AssumeRoot,
        parseForm('TargetPrincipal=111122223333&TaskPolicyArn.arn=arn%3Ap'),
      ),
      { TargetPrincipal: '111122223333', TaskPolicyArn: { arn: 'arn:p' } },
    );
    const simulate =
      'ContextEntries.member.1.ContextKeyName=k&ContextEntries.member.1.ContextKeyValues.member.1=a' +
      '&ContextEntries.member.1.ContextKeyValues.member.2=b';
    assert.deepEqual(decodeQuery(iamOperations.SimulateCustomPolicy, parseForm(simulate)), {
      ContextEntries: [{ ContextKeyName: 'k', ContextKeyValues: ['a', 'b'] }],
    });
  });

  test('takes the first of two equal names', () => {
    assert.deepEqual(assumeRole('RoleArn=first&RoleArn=second&Tags.member.1.Key=a&Tags.member.1.Key=b'), {
      RoleArn: 'first',
      Tags: [{ Key: 'a' }],
    });
  });

  test('ignores names that lead nowhere', () => {
    const form =
      'Nope=1&RoleArn.x=1&Tags.1.Key=a&Tags.member.x.Key=a&Tags.member.0.Key=a&Tags.member.01.Key=a&Tags.member.-1.Key=a' +
      '&TransitiveTagKeys.member.1.x=a&__proto__=a&__proto__.polluted=a&constructor=a&=a&.=a&TransitiveTagKeys.member=a';
    assert.deepEqual(assumeRole(form), { Tags: [], TransitiveTagKeys: [] });
    assert.equal('polluted' in {}, false);
  });

  test('reads an empty list as empty, and a bare structure as absent', () => {
    assert.deepEqual(assumeRole('Tags=&PolicyArns='), { Tags: [], PolicyArns: [] });
    assert.deepEqual(decodeQuery(stsOperations.AssumeRoot, parseForm('TaskPolicyArn=x')), {});
  });

  test('orders list members by index and closes gaps, however wide', () => {
    assert.deepEqual(
      assumeRole(
        'TransitiveTagKeys.member.999999999=c&TransitiveTagKeys.member.7=b&TransitiveTagKeys.member.1=a',
      ),
      { TransitiveTagKeys: ['a', 'b', 'c'] },
    );
    assert.deepEqual(assumeRole('TransitiveTagKeys.member.1000000000=a'), { TransitiveTagKeys: [] });
  });

  test('reads nothing for an operation without input', () => {
    assert.deepEqual(decodeQuery(iamOperations.GetAccountSummary, parseForm('MaxItems=x')), {});
  });

  test('reads maps by entry, and flattened lists and maps without it', () => {
    const entries =
      'X.entry.2.key=b&X.entry.2.value=2&X.entry.1.key=a&X.entry.1.value=1&X.entry.3.key=alone&X.entry.4.key=c&X.entry.4.value.x=3';
    assert.deepEqual(decodeX(map, entries), { a: '1', b: '2' });
    assert.deepEqual(decodeX({ ...map, flattened: true }, 'X.1.key=a&X.1.value=1'), { a: '1' });
    assert.deepEqual(decodeX({ ...list, flattened: true }, 'X.2=b&X.1=a'), ['a', 'b']);
    assert.deepEqual(decodeX({ ...list, memberWireName: 'item' }, 'X.item.1=a'), ['a']);
  });

  test('keeps a map key named __proto__ as a key', () => {
    const value = decodeX(map, 'X.entry.1.key=__proto__&X.entry.1.value=1');
    assert.deepEqual(Object.entries(value as object), [['__proto__', '1']]);
  });
});

describe('a number in the query', () => {
  const read = (form: string): unknown => decodeQuery(AssumeRole, parseForm(form)).DurationSeconds;

  for (const [given, value] of [
    ['900', 900],
    ['%2B900', 900],
    ['0900', 900],
    ['-5', -5],
    ['-0', 0],
    ['2147483647', 2147483647],
    ['-2147483648', -2147483648],
  ] as const) {
    test(`${given} is read`, () => {
      assert.equal(read(`DurationSeconds=${given}`), value);
    });
  }

  for (const given of [
    '2147483648',
    '-2147483649',
    '900.0',
    '9e2',
    '0x10',
    'abc',
    '+',
    '+900',
    '900+',
    '９',
  ]) {
    test(`${given} is malformed, without a message`, () => {
      assert.throws(() => read(`DurationSeconds=${encodeURIComponent(given).replaceAll('%2B', '+')}`), {
        code: 'MalformedInput',
        text: undefined,
      });
    });
  }

  test('nothing is a missing value', () => {
    assert.throws(() => read('DurationSeconds='), {
      code: 'MalformedInput',
      text: 'missing value for decimal type',
    });
  });

  test('a long may be larger, a double may have a fraction', () => {
    assert.equal(
      decodeX({ type: 'long', name: 'n', min: undefined, max: undefined }, 'X=4294967296'),
      4294967296,
    );
    const double = { type: 'double', name: 'n', min: undefined, max: undefined } as const;
    assert.equal(decodeX(double, 'X=-1.5e1'), -15);
    assert.throws(() => decodeX(double, 'X=NaN'), { code: 'MalformedInput', text: undefined });
  });
});

describe('other scalars in the query', () => {
  test('booleans are exactly true and false', () => {
    const boolean = { type: 'boolean', name: 'b' } as const;
    assert.equal(decodeX(boolean, 'X=true'), true);
    assert.equal(decodeX(boolean, 'X=false'), false);
    for (const given of ['', 'True', '1', 'yes']) {
      assert.throws(() => decodeX(boolean, `X=${given}`), { code: 'MalformedInput', text: undefined });
    }
  });

  test('timestamps are ISO 8601', () => {
    const timestamp = { type: 'timestamp', name: 't', format: undefined } as const;
    assert.equal(decodeX(timestamp, 'X=2026-01-02T03:04:05Z'), Date.UTC(2026, 0, 2, 3, 4, 5));
    assert.throws(() => decodeX(timestamp, 'X=yesterday'), {
      code: 'MalformedInput',
      text: 'timestamp must follow ISO8601',
    });
  });

  test('blobs are base64', () => {
    const blob = { type: 'blob', name: 'b', min: undefined, max: undefined, sensitive: false } as const;
    assert.deepEqual(decodeX(blob, 'X=AAH%2Fgw%3D%3D'), new Uint8Array([0, 1, 255, 131]));
    for (const given of ['AAH', '!!!!', 'AA==AA==']) {
      assert.throws(() => decodeX(blob, `X=${given}`), { code: 'MalformedInput', text: undefined });
    }
  });
});
