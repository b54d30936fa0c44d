import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBasic, formatIsoSeconds, parseBasic, parseIso } from './index.ts';

const instant = Date.UTC(2026, 0, 2, 3, 4, 5);

test('an instant is written to the second, the fraction cut off', () => {
  assert.equal(formatIsoSeconds(instant + 999), '2026-01-02T03:04:05Z');
  assert.equal(formatBasic(instant + 999), '20260102T030405Z');
});

test('basic format is read back', () => {
  assert.equal(parseBasic('20260102T030405Z'), instant);
  assert.equal(parseBasic('20240229T235959Z'), Date.UTC(2024, 1, 29, 23, 59, 59));
  assert.equal(parseBasic('00260102T030405Z'), Date.parse('0026-01-02T03:04:05Z'));
});

for (const text of [
  '',
  '20260102T030405',
  '20260102t030405z',
  '2026-01-02T03:04:05Z',
  '20260230T000000Z',
  '20250229T000000Z',
  '20261301T000000Z',
  '20260102T240000Z',
  '20260102T036000Z',
  '20260102T030460Z',
  ' 20260102T030405Z',
  '20260102T030405Z\n',
  '٢٠٢٦٠١٠٢T030405Z',
]) {
  test(`'${text}' is no instant in basic format`, () => assert.equal(parseBasic(text), undefined));
}

const dates: Readonly<Record<string, number>> = {
  '2026': Date.UTC(2026, 0, 1),
  '2026-02': Date.UTC(2026, 1, 1),
  '2026-01-02': Date.UTC(2026, 0, 2),
  '2026-01-02T03:04Z': Date.UTC(2026, 0, 2, 3, 4),
  '2026-01-02T03:04:05Z': instant,
  '2026-01-02T03:04:05.678Z': instant + 678,
  '2026-01-02T03:04:05.678901234Z': instant + 678,
  '2026-01-02T04:04:05+01:00': instant,
  '2026-01-01T22:34:05-04:30': instant,
};
for (const [text, expected] of Object.entries(dates)) {
  test(`'${text}' is an instant`, () => assert.equal(parseIso(text), expected));
}

for (const text of [
  '',
  'now',
  '2026-13',
  '2026-02-30',
  '2025-02-29T00:00:00Z',
  '2026-01-02T03:04:05',
  '2026-01-02 03:04:05Z',
  '2026-01-02T25:00:00Z',
  '2026-1-2',
  '26-01-02',
  '2026-01-02T03:04:05Z ',
  'Fri, 02 Jan 2026 03:04:05 GMT',
]) {
  test(`'${text}' is no instant`, () => assert.equal(parseIso(text), undefined));
}
