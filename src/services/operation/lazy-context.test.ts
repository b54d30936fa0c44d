import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lazyContext } from './lazy-context.ts';

const keys = new Map([
  ['aws:sourceip', '192.0.2.1'],
  ['aws:securetransport', 'true'],
]);

test('condition keys are put together when one is asked for, once', () => {
  let made = 0;
  const context = lazyContext(() => {
    made += 1;
    return keys;
  });
  assert.equal(made, 0);
  assert.equal(context.get('aws:sourceip'), '192.0.2.1');
  assert.equal(context.get('aws:userid'), undefined);
  assert.equal(context.has('aws:securetransport'), true);
  assert.equal(context.has('aws:userid'), false);
  assert.deepEqual([...context], [...keys]);
  assert.equal(made, 1);
});

test('keys that cannot be put together fail the question each time it is asked', () => {
  const context = lazyContext(() => {
    throw new Error('no state');
  });
  assert.throws(() => context.get('aws:sourceip'), /no state/);
  assert.throws(() => context.has('aws:sourceip'), /no state/);
});
