import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codePointLength, compareText, percentEncode } from './index.ts';

test('length counts code points, halves of a pair that stand alone included', () => {
  const lengths: Readonly<Record<string, number>> = {
    '': 0,
    abc: 3,
    é: 1,
    漢字: 2,
    '😀': 1,
    'a😀b😀': 4,
    'e\u0301': 2,
  };
  for (const [text, length] of Object.entries(lengths)) assert.equal(codePointLength(text), length, text);
  assert.equal(codePointLength('\ud83d'), 1);
  assert.equal(codePointLength('\ude00\ud83d'), 2);
  assert.equal(codePointLength('\ud83d\ud83d\ude00'), 2);
});

test('all but unreserved characters are percent-encoded', () => {
  assert.equal(percentEncode('AZaz09-._~'), 'AZaz09-._~');
  assert.equal(
    percentEncode(' !"#$%&\'()*+,/:;<=>?@[\\]^`{|}'),
    '%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D',
  );
  assert.equal(percentEncode('é漢😀'), '%C3%A9%E6%BC%A2%F0%9F%98%80');
});

test('order is by code unit, not by locale', () => {
  assert.deepEqual(['b', 'a', 'B', 'ä', '', 'a'].sort(compareText), ['', 'B', 'a', 'a', 'b', 'ä']);
});
