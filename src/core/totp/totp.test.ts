import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchTotp, totpCode, totpStep } from './index.ts';

const seed = Buffer.from('12345678901234567890');

// The last six of the eight digits in RFC 6238, appendix B, SHA-1.
const published: readonly (readonly [seconds: number, code: string])[] = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
];
for (const [seconds, code] of published) {
  test(`the code of second ${seconds} is ${code}`, () => {
    assert.equal(totpCode(seed, totpStep(seconds * 1000)), code);
  });
}

test('a step begins every thirty seconds', () => {
  assert.equal(totpStep(0), 0);
  assert.equal(totpStep(29_999), 0);
  assert.equal(totpStep(30_000), 1);
});

test('a code belongs to its step, within the window and not beyond', () => {
  const code = totpCode(seed, 100);
  for (const around of [99, 100, 101]) assert.equal(matchTotp(seed, code, around, 1), 100);
  for (const around of [97, 98, 102, 103]) assert.equal(matchTotp(seed, code, around, 1), undefined);
  assert.equal(matchTotp(seed, code, 101, 0), undefined);
});

test('a code of another seed belongs to no step', () => {
  assert.equal(matchTotp(Buffer.from('another'), totpCode(seed, 100), 100, 1), undefined);
});

test('what is not six digits is no code', () => {
  const code = totpCode(seed, 100);
  for (const text of [
    '',
    code.slice(1),
    `${code}0`,
    ` ${code}`,
    `${code}\n`,
    '１２３４５６',
    'abcdef',
    '-12345',
  ]) {
    assert.equal(matchTotp(seed, text, 100, 1), undefined);
  }
});

test('there is no step before the first', () => {
  assert.equal(matchTotp(seed, totpCode(seed, 0), 0, 1), 0);
  assert.equal(matchTotp(seed, '000000', 0, 3), undefined);
});

test('of two steps with one code the earlier is told', () => {
  const codes = new Map<string, number>();
  for (let step = 0; ; step++) {
    const code = totpCode(seed, step);
    const earlier = codes.get(code);
    if (earlier === undefined) {
      codes.set(code, step);
      continue;
    }
    assert.equal(matchTotp(seed, code, step, step - earlier), earlier);
    return;
  }
});
