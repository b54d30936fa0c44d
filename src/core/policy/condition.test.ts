import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCondition, matchCondition } from './condition.ts';

const position = { line: 1, column: 1 };

/** A condition that no validation has seen. */
function condition(operator: string, text: string) {
  return { operator, key: 'x:Key', values: [{ text, position }], position };
}

test('an operator that is none is not compiled', () => {
  assert.throws(
    () => compileCondition(condition('StringEqual', 'a'), '2012-10-17'),
    new RangeError('unknown condition operator StringEqual'),
  );
});

test('a value that its operator cannot read equals nothing, not even itself', () => {
  for (const [operator, text] of [
    ['NumericEquals', 'ten'],
    ['NumericLessThanEquals', 'ten'],
    ['DateEquals', 'tomorrow'],
    ['IpAddress', 'localhost'],
    ['IpAddress', '10.0.0.0/33'],
  ] as const) {
    const compiled = compileCondition(condition(operator, text), '2012-10-17');
    for (const value of [text, '10', '2026-01-02', '10.0.0.1'])
      assert.equal(
        matchCondition(compiled, new Map([['x:key', value]])),
        false,
        `${operator} ${text} ${value}`,
      );
  }
});
