import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ListShape, Shape } from '#wire/model';
import { fromJsonValue, parseJsonObject, toJsonValue, writeJson } from './index.ts';

const any = { min: undefined, max: undefined } as const;
const text: Shape = {
  ...any,
  type: 'string',
  name: 'text',
  pattern: undefined,
  enum: undefined,
  sensitive: false,
};
const integer: Shape = { ...any, type: 'integer', name: 'n' };
const timestamp: Shape = { type: 'timestamp', name: 't', format: undefined };
const blob: Shape = { ...any, type: 'blob', name: 'b', sensitive: false };
const list: ListShape = {
  ...any,
  type: 'list',
  name: 'l',
  member: integer,
  memberWireName: 'member',
  flattened: false,
};
const map: Shape = {
  ...any,
  type: 'map',
  name: 'm',
  key: text,
  value: integer,
  keyWireName: 'key',
  valueWireName: 'value',
  flattened: false,
};
const members = [
  { name: 'Name', wireName: 'name', required: true, location: 'body', shape: text },
  { name: 'Counts', wireName: 'Counts', required: false, location: 'body', shape: list },
  { name: 'Trace', wireName: 'x-trace', required: false, location: 'header', shape: text },
] as const;
const structure: Shape = {
  type: 'structure',
  name: 's',
  members,
  memberByWireName: new Map(members.map((member) => [member.wireName, member])),
  error: undefined,
};

function parse(body: string): unknown {
  return parseJsonObject(Buffer.from(body));
}

function nested(depth: number): ListShape {
  return depth === 0 ? list : { ...list, member: nested(depth - 1) };
}

describe('parseJsonObject', () => {
  test('reads an object, and nothing as an empty one', () => {
    assert.deepEqual(parse('{"a":[1]}'), { a: [1] });
    assert.deepEqual(parse(''), {});
  });

  test('keeps the last of two equal names', () => {
    assert.deepEqual(parse('{"a":1,"a":2}'), { a: 2 });
  });

  for (const body of ['{', '{"a":1}x', "{'a':1}", '{"a":01}', 'undefined']) {
    test(`refuses ${body}, which is not JSON`, () => {
      assert.throws(() => parse(body), {
        code: 'SerializationException',
        message: 'The request body is not valid JSON.',
      });
    });
  }

  test('refuses bytes that are not UTF-8', () => {
    assert.throws(() => parseJsonObject(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), {
      code: 'SerializationException',
      message: 'The request body is not valid JSON.',
    });
  });

  for (const body of ['null', '[]', '"a"', '1', 'true']) {
    test(`refuses ${body}, which is no object`, () => {
      assert.throws(() => parse(body), {
        code: 'SerializationException',
        message: 'The request body must be a JSON object.',
      });
    });
  }
});

describe('fromJsonValue', () => {
  test('reads members by their wire name, leaving out null, unknown and header members', () => {
    const json = { name: 'a', Counts: null, 'x-trace': 'b', other: 1 };
    assert.deepEqual(fromJsonValue(structure, json), { Name: 'a' });
  });

  test('is not fooled by names every object inherits', () => {
    const inherits = {
      ...structure,
      members: [{ ...members[0], name: 'constructor', wireName: 'constructor' }],
    };
    assert.deepEqual(Object.keys(fromJsonValue(inherits, {}) as object), []);
  });

  test('keeps a map key named __proto__ as a key', () => {
    const value = fromJsonValue(map, JSON.parse('{"__proto__":1}'));
    assert.deepEqual(Object.entries(value as object), [['__proto__', 1]]);
  });

  const mismatches: readonly (readonly [Shape, unknown, string])[] = [
    [structure, [], 'Expected an object.'],
    [structure, { name: 1 }, 'name must be a string.'],
    [structure, { Counts: {} }, 'Counts must be a list.'],
    [structure, { Counts: [1, '2'] }, 'Counts[1] must be a 32-bit integer.'],
    [structure, { Counts: [null] }, 'Counts[0] must be a 32-bit integer.'],
    [map, [], 'Expected an object.'],
    [integer, 1.5, 'Expected a 32-bit integer.'],
    [integer, 2147483648, 'Expected a 32-bit integer.'],
    [{ ...any, type: 'long', name: 'l' }, 2 ** 53, 'Expected an integer.'],
    [{ ...any, type: 'double', name: 'd' }, '1', 'Expected a number.'],
    [{ type: 'boolean', name: 'b' }, 'true', 'Expected a boolean.'],
    [timestamp, 'soon', 'Expected a timestamp.'],
    [timestamp, 1e300, 'Expected a timestamp.'],
    [blob, 'a', 'Expected base64 text.'],
    [blob, 1, 'Expected base64 text.'],
  ];
  for (const [shape, json, message] of mismatches) {
    test(`refuses ${JSON.stringify(json)} as ${shape.type}: ${message}`, () => {
      assert.throws(() => fromJsonValue(shape, json), { code: 'SerializationException', message });
    });
  }

  test('refuses a document that nests deeper than any AWS input', () => {
    let json: unknown = [1];
    for (let depth = 0; depth < 40; depth++) json = [json];
    assert.throws(() => fromJsonValue(nested(40), json), {
      code: 'SerializationException',
      message: 'The request body is nested too deeply.',
    });
  });

  test('reads timestamps as epoch seconds or ISO 8601', () => {
    assert.equal(fromJsonValue(timestamp, 1767323045.678), 1767323045678);
    assert.equal(fromJsonValue(timestamp, '2026-01-02T03:04:05Z'), 1767323045000);
  });
});

describe('toJsonValue', () => {
  test('writes body members by their wire name and leaves out what is undefined', () => {
    assert.equal(
      JSON.stringify(toJsonValue(structure, { Name: 'a', Counts: undefined, Trace: 'b' })),
      '{"name":"a"}',
    );
  });

  test('writes timestamps as epoch seconds, or ISO 8601 where the shape says so', () => {
    assert.equal(toJsonValue(timestamp, 1767323045678), 1767323045.678);
    assert.equal(
      toJsonValue({ ...timestamp, format: 'iso8601' } as Shape, 1767323045000),
      '2026-01-02T03:04:05.000Z',
    );
  });

  test('writes blobs as base64', () => {
    assert.equal(toJsonValue(blob, new Uint8Array([104, 105])), 'aGk=');
  });
});

test('JSON text holds no markup, and reads back as what was written', () => {
  const value = { '<a>': 'x & <Arn>y</Arn>', plain: ['"\\u003c"', 1] };
  const text = writeJson(value);
  assert.doesNotMatch(text, /[<>&]/);
  assert.deepEqual(JSON.parse(text), value);
});
