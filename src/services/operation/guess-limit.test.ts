import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GuessLimit } from './guess-limit.ts';

/** Fails that often, each time as soon as that is possible; the pauses in between, in seconds. */
function pauses(limit: GuessLimit, failures: number, start = 0): readonly number[] {
  const waited: number[] = [];
  let now = start;
  for (let index = 0; index < failures; index++) {
    limit.failed('secret', now);
    const failedAt = now;
    while (!limit.isOpen('secret', now)) now += 1000;
    waited.push((now - failedAt) / 1000);
  }
  return waited;
}

test('four failures cost nothing, and each further one twice as long, up to an hour', () => {
  assert.deepEqual(
    pauses(new GuessLimit(), 14),
    [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600],
  );
});

test('a success forgets the failures', () => {
  const limit = new GuessLimit();
  pauses(limit, 4);
  limit.succeeded('secret');
  assert.deepEqual(pauses(limit, 5), [0, 0, 0, 0, 30]);
});

test('one secret does not close another', () => {
  const limit = new GuessLimit();
  pauses(limit, 4);
  limit.failed('secret', 0);
  assert.equal(limit.isOpen('secret', 29_999), false);
  assert.equal(limit.isOpen('other', 0), true);
});

test('ten thousand secrets are remembered, the ones guessed at last', () => {
  const limit = new GuessLimit();
  for (let index = 0; index < 5; index++) limit.failed('first', 0);
  for (let index = 0; index < 9999; index++) limit.failed(`${index}`, 0);
  assert.equal(limit.isOpen('first', 0), false);
  limit.failed('one more', 0);
  assert.equal(limit.isOpen('first', 0), true);
});
