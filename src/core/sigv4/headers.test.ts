import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalHeaderValues, headerValues } from './headers.ts';

test('the values of a header are found in order, whatever the case of its name', () => {
  const rawHeaders = ['X-A', '1', 'x-b', 'x-a', 'x-A', '', 'X-AB', '2'];
  assert.deepEqual(headerValues(rawHeaders, 'x-a'), ['1', '']);
  assert.deepEqual(headerValues(rawHeaders, 'x-c'), []);
});

test('repeated headers are joined, and spaces trimmed and made one', () => {
  const rawHeaders = ['X-A', ' a   b  c ', 'x-a', '\td\t', 'X-B', '"x  y"', 'x-c', ''];
  assert.deepEqual(
    [...canonicalHeaderValues(rawHeaders)],
    [
      ['x-a', 'a b c,d'],
      ['x-b', '"x y"'],
      ['x-c', ''],
    ],
  );
});

test('a name without a value is no header', () => {
  assert.deepEqual(headerValues(['x-a', '1', 'x-a'], 'x-a'), ['1']);
  assert.deepEqual([...canonicalHeaderValues(['x-a', '1', 'x-b'])], [['x-a', '1']]);
});
