import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatchUp } from './catch-up.ts';

function storeWithNews(news: boolean[]) {
  const counted = { looks: 0, refreshes: 0 };
  const catchUp = createCatchUp({
    hasNews() {
      counted.looks += 1;
      return news.shift() ?? false;
    },
    async refresh() {
      counted.refreshes += 1;
    },
  });
  return { counted, catchUp };
}

const nextTurn = () => new Promise(setImmediate);

test('requests of one turn share one look and its refresh; the next turn looks again', async () => {
  const { counted, catchUp } = storeWithNews([true, false, true]);
  const first = catchUp();
  assert.ok(first instanceof Promise);
  await first;
  assert.equal(catchUp(), first);
  assert.deepEqual(counted, { looks: 1, refreshes: 1 });
  await nextTurn();
  assert.equal(catchUp(), undefined);
  assert.equal(catchUp(), undefined);
  assert.deepEqual(counted, { looks: 2, refreshes: 1 });
  await nextTurn();
  assert.ok(catchUp() instanceof Promise);
  assert.deepEqual(counted, { looks: 3, refreshes: 2 });
});

test('a refresh that fails fails every request of its turn, and is tried again in the next', async () => {
  const failure = new Error('away');
  let isAway = true;
  const catchUp = createCatchUp({
    hasNews: () => true,
    refresh: () => (isAway ? Promise.reject(failure) : Promise.resolve()),
  });
  const both = [catchUp(), catchUp()];
  for (const one of both) await assert.rejects(async () => one, failure);
  isAway = false;
  await nextTurn();
  await catchUp();
});
