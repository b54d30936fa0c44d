import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOperator } from './operators.ts';

/** Family, comparison, and whether it is negated, of every operator there is. */
const operators: Readonly<Record<string, readonly [string, string, boolean]>> = {
  StringEquals: ['string', 'equals', false],
  StringNotEquals: ['string', 'equals', true],
  StringEqualsIgnoreCase: ['string', 'equals-ignore-case', false],
  StringNotEqualsIgnoreCase: ['string', 'equals-ignore-case', true],
  StringLike: ['string', 'like', false],
  StringNotLike: ['string', 'like', true],
  NumericEquals: ['numeric', 'equals', false],
  NumericNotEquals: ['numeric', 'equals', true],
  NumericLessThan: ['numeric', 'less', false],
  NumericLessThanEquals: ['numeric', 'less-equals', false],
  NumericGreaterThan: ['numeric', 'greater', false],
  NumericGreaterThanEquals: ['numeric', 'greater-equals', false],
  DateEquals: ['date', 'equals', false],
  DateNotEquals: ['date', 'equals', true],
  DateLessThan: ['date', 'less', false],
  DateLessThanEquals: ['date', 'less-equals', false],
  DateGreaterThan: ['date', 'greater', false],
  DateGreaterThanEquals: ['date', 'greater-equals', false],
  Bool: ['bool', 'equals', false],
  BinaryEquals: ['binary', 'equals', false],
  IpAddress: ['ip', 'in-range', false],
  NotIpAddress: ['ip', 'in-range', true],
  ArnEquals: ['arn', 'like', false],
  ArnNotEquals: ['arn', 'like', true],
  ArnLike: ['arn', 'like', false],
  ArnNotLike: ['arn', 'like', true],
};

test('every operator is read in each of its forms, whatever its case', () => {
  for (const [name, [family, comparison, negated]] of Object.entries(operators)) {
    for (const [prefix, set] of [
      ['', 'none'],
      ['ForAllValues:', 'all'],
      ['ForAnyValue:', 'any'],
    ]) {
      for (const [suffix, ifExists] of [
        ['', false],
        ['IfExists', true],
      ]) {
        const written = `${prefix}${name}${suffix}`;
        const expected = { family, comparison, negated, set, ifExists };
        for (const form of [written, written.toLowerCase(), written.toUpperCase()])
          assert.deepEqual(parseOperator(form), expected, form);
      }
    }
  }
});

test('Null has no IfExists', () => {
  const expected = { family: 'null', comparison: 'is-absent', negated: false, set: 'none', ifExists: false };
  assert.deepEqual(parseOperator('Null'), expected);
  assert.equal(parseOperator('NullIfExists'), undefined);
});

test('nothing else is an operator', () => {
  for (const name of [
    '',
    'IfExists',
    'Equals',
    'BoolNotEquals',
    'NumericNotLessThan',
    'ForAnyValue:',
    'ForAnyValueStringEquals',
    'StringEquals:ForAnyValue',
    'ForAnyValue:ForAnyValue:StringEquals',
    'IfExistsStringEquals',
    'toString',
  ])
    assert.equal(parseOperator(name), undefined, name);
});
