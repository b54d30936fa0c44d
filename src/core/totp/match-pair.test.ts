import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchTotpPair, totpCode } from '#core/totp';

const seed = Buffer.from('12345678901234567890');
const around = 1000;

function codes(first: number, second = first + 1): readonly [string, string] {
  return [totpCode(seed, first), totpCode(seed, second)];
}

test('two consecutive codes are found by the later of their steps', () => {
  assert.equal(matchTotpPair(seed, codes(999), { around, window: 20, after: -1 }), 1000);
  assert.equal(matchTotpPair(seed, codes(979), { around, window: 20, after: -1 }), 980);
  assert.equal(matchTotpPair(seed, codes(1019), { around, window: 20, after: -1 }), 1020);
});

test('codes outside the window are not looked for', () => {
  assert.equal(matchTotpPair(seed, codes(978), { around, window: 20, after: -1 }), undefined);
  assert.equal(matchTotpPair(seed, codes(1020), { around, window: 20, after: -1 }), undefined);
});

test('codes that do not follow each other are refused', () => {
  assert.equal(matchTotpPair(seed, codes(999, 1001), { around, window: 20, after: -1 }), undefined);
  assert.equal(matchTotpPair(seed, codes(1000, 999), { around, window: 20, after: -1 }), undefined);
  assert.equal(matchTotpPair(seed, codes(1000, 1000), { around, window: 20, after: -1 }), undefined);
});

test('both codes must lie after the last step that was used', () => {
  assert.equal(matchTotpPair(seed, codes(999), { around, window: 20, after: 999 }), undefined);
  assert.equal(matchTotpPair(seed, codes(999), { around, window: 20, after: 998 }), 1000);
});

test('what is not six digits is no code', () => {
  const [first, second] = codes(999);
  assert.equal(matchTotpPair(seed, [first + second, ''], { around, window: 20, after: -1 }), undefined);
  assert.equal(matchTotpPair(seed, [first, 'abcdef'], { around, window: 20, after: -1 }), undefined);
});
