import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from './parse-policy.ts';
import { PolicyError } from './policy-error.ts';

const allow = '{"Effect": "Allow", "Action": "*", "Resource": "*"}';

test('a policy is at most 131,072 characters long', () => {
  const text = `{"Version": "2012-10-17", "Statement": ${allow}}`;
  const filled = text + ' '.repeat(131_072 - text.length);
  assert.equal(parsePolicy(filled, 'identity').text, filled);
  assert.throws(() => parsePolicy(`${filled} `, 'identity'), new PolicyError('Syntax errors in policy.'));
});

test('a policy that names no version has the old one', () => {
  assert.equal(parsePolicy(`{"Statement": ${allow}}`, 'identity').version, '2008-10-17');
});

test('each statement begins where the one before it ends, and the first behind what opens it', () => {
  const places = (text: string) =>
    parsePolicy(text, 'identity').statements.map(({ start, position, end }) =>
      [start, position, end].map(({ line, column }) => `${line}:${column}`).join(' '),
    );
  assert.deepEqual(places(`{"Statement": [ ${allow},\n ${allow}]}`), ['1:16 1:17 1:68', '1:68 2:2 2:53']);
  assert.deepEqual(places(`{"Statement": ${allow}}`), ['1:16 1:15 1:66']);
});

test('numbers and booleans of conditions keep the text they are written in', () => {
  const condition = '{"NumericEquals": {"x:a": [1.50, 1e2]}, "Bool": {"x:b": true}}';
  const text = `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": ${condition}}}`;
  assert.throws(() => parsePolicy(text, 'identity'), {
    message: 'The policy failed legacy parsing',
    position: { line: 1, column: 113 },
  });
  assert.deepEqual(
    parsePolicy(text.replace(', 1e2', ', 2'), 'identity').statements[0]?.conditions.map(({ values }) =>
      values.map((value) => value.text),
    ),
    [['1.50', '2'], ['true']],
  );
});

test('a bad Effect is shown where it stands, a missing one at its statement', () => {
  const at = (effect: string) => {
    try {
      parsePolicy(`{"Statement": [{"Action": "*", ${effect}"Resource": "*"}]}`, 'identity');
    } catch (error) {
      if (error instanceof PolicyError) return `${error.message} ${JSON.stringify(error.position)}`;
      throw error;
    }
    return 'good';
  };
  assert.equal(at('"Effect": "Maybe", '), 'Syntax errors in policy. {"line":1,"column":32}');
  assert.equal(at('"Effect": "allow", '), 'The policy failed legacy parsing {"line":1,"column":32}');
  assert.equal(at(''), 'Syntax errors in policy. {"line":1,"column":16}');
  assert.equal(at('"Effect": "Allow", '), 'good');
});
