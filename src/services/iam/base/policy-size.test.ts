import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySize } from './policy-size.ts';

test('whitespace between the parts of the JSON does not count', () => {
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const compact = JSON.stringify(document);
  assert.equal(policySize(compact), compact.length);
  assert.equal(policySize(JSON.stringify(document, null, '\t')), compact.length);
  assert.equal(policySize(`\r\n ${compact} \n`), compact.length);
});

test('whitespace within a string counts, also after an escaped quotation mark', () => {
  assert.equal(policySize('"a b"'), 5);
  assert.equal(policySize('{ "a\\" b" : "c\\\\" }'), '{"a\\" b":"c\\\\"}'.length);
  assert.equal(policySize('["  ", true , 1]'), '["  ",true,1]'.length);
});

test('a large policy is measured in time that grows with its length', () => {
  const document = `["${'\\"'.repeat(60_000)}"]`;
  assert.equal(policySize(document), document.length);
  assert.equal(policySize(' '.repeat(131_072)), 0);
});
