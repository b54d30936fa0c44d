import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type JsonNode, parseJson } from './json.ts';
import { PolicyError } from './policy-error.ts';

/** The value that a node stands for, as JSON.parse makes it. */
function plain(node: JsonNode): unknown {
  switch (node.type) {
    case 'null':
      return null;
    case 'array':
      return node.items.map(plain);
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
    default:
      return node.value;
  }
}

/** Where the text stops being JSON, as `line:column`. */
function errorIn(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    assert.ok(error instanceof PolicyError);
    assert.equal(error.name, 'PolicyError');
    assert.equal(error.code, 'MalformedPolicyDocument');
    assert.equal(error.message, 'This policy contains invalid Json');
    return `${error.position?.line}:${error.position?.column}`;
  }
  return 'none';
}

test('every value keeps its place, an object both of its ends', () => {
  const text = '\n{ "a":\t["x",\n  1.50,true ,false],\r\n\n "b" : null,"c":{}, "d": [ ] }\n';
  assert.deepEqual(parseJson(text), {
    type: 'object',
    members: [
      {
        name: 'a',
        position: { line: 2, column: 3 },
        value: {
          type: 'array',
          items: [
            { type: 'string', value: 'x', position: { line: 2, column: 9 } },
            { type: 'number', value: 1.5, text: '1.50', position: { line: 3, column: 3 } },
            { type: 'boolean', value: true, position: { line: 3, column: 8 } },
            { type: 'boolean', value: false, position: { line: 3, column: 14 } },
          ],
          position: { line: 2, column: 8 },
        },
      },
      {
        name: 'b',
        position: { line: 5, column: 2 },
        value: { type: 'null', position: { line: 5, column: 8 } },
      },
      {
        name: 'c',
        position: { line: 5, column: 13 },
        value: {
          type: 'object',
          members: [],
          position: { line: 5, column: 17 },
          end: { line: 5, column: 19 },
        },
      },
      {
        name: 'd',
        position: { line: 5, column: 21 },
        value: { type: 'array', items: [], position: { line: 5, column: 26 } },
      },
    ],
    position: { line: 2, column: 1 },
    end: { line: 5, column: 31 },
  });
});

describe('what JSON.parse reads is read alike:', () => {
  for (const text of [
    '0',
    '-0',
    '10',
    '-1.25',
    '1.50',
    '1e5',
    '1E+12',
    '2.5e-13',
    '""',
    '"plain \u007f\u00e9"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u0041\\u00e9\\uD83D\\ude00\\uaF09 end"',
    'true',
    'false',
    'null',
    '[]',
    '[ ]',
    '{}',
    '{ }',
    ' \t\r\n[ 1 , 2 ]\n',
    '[[1],[[]],{"a":{"b":[]}}]',
    '{"":1,"a b":"c"}',
    '{ "a" : 1 , "A" : 2 }',
    '{"constructor":1,"toString":2}',
  ]) {
    test(text, () => assert.deepEqual(plain(parseJson(text)), JSON.parse(text)));
  }
});

describe('what JSON.parse refuses is refused where it goes wrong:', () => {
  const wrong: Readonly<Record<string, string>> = {
    '': '1:1',
    ' ': '1:2',
    '1 2': '1:3',
    '01': '1:2',
    '+1': '1:1',
    '-': '1:1',
    '.5': '1:1',
    '1.': '1:2',
    '1e': '1:2',
    '1e+': '1:2',
    '0x1': '1:2',
    NaN: '1:1',
    nul: '1:1',
    True: '1:1',
    fals: '1:1',
    truefalse: '1:5',
    '"': '1:2',
    '"a': '1:3',
    '"a\n"': '1:3',
    '"\u001f"': '1:2',
    '"\\': '1:2',
    '"\\a"': '1:2',
    '"a\\u123"': '1:3',
    '"\\u123g"': '1:2',
    '"\\ug123"': '1:2',
    '"\\U0041"': '1:2',
    '[': '1:2',
    '[1': '1:3',
    '[1,': '1:4',
    '[1,]': '1:4',
    '[,1]': '1:2',
    '[1 2]': '1:4',
    '[1}': '1:3',
    '[]]': '1:3',
    '{': '1:2',
    '{,': '1:2',
    '{a:1}': '1:2',
    '{1:1}': '1:2',
    '{"a"}': '1:5',
    '{"a"1}': '1:5',
    '{"a":}': '1:6',
    '{"a":1': '1:7',
    '{"a":1,}': '1:8',
    '{"a":1]': '1:7',
    '{"a":1 "b":2}': '1:8',
    '{\n"a":\n [1,\n   !]}': '4:4',
    '\u00a0{}': '1:1',
    '\u000b{}': '1:1',
  };
  for (const [text, at] of Object.entries(wrong)) {
    test(JSON.stringify(text), () => {
      assert.throws(() => JSON.parse(text), SyntaxError);
      assert.equal(errorIn(text), at);
    });
  }
});

test('a name that comes twice is refused at its second place', () => {
  assert.equal(errorIn('{"a":1,\n "b":{"a":1}, "\\u0061":1}'), '2:15');
});

test('32 levels are read, and 33 are not', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal(errorIn(nested(33)), 'none');
  assert.equal(errorIn(nested(34)), '1:34');
  assert.equal(errorIn(`${'{"a":'.repeat(32)}1${'}'.repeat(32)}`), 'none');
  assert.equal(errorIn(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`), '1:166');
});
