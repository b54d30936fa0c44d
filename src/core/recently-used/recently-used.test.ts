import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecentlyUsed } from './index.ts';

/** A cache of numbers by themselves that remembers what it had to make. */
function openCache(limit: number): { readonly get: (key: number) => number; readonly made: number[] } {
  const cache = new RecentlyUsed<number, number>(limit);
  const made: number[] = [];
  const get = (key: number): number =>
    cache.get(key, () => {
      made.push(key);
      return key;
    });
  return { get, made };
}

describe('a cache of what was recently used', () => {
  it('makes a value once', () => {
    const { get, made } = openCache(10);
    assert.deepEqual([get(1), get(1), get(2), get(1)], [1, 1, 2, 1]);
    assert.deepEqual(made, [1, 2]);
  });

  it('keeps at least the last half of its limit', () => {
    const { get, made } = openCache(10);
    for (let key = 0; key < 1000; key++) {
      get(key);
      for (let recent = Math.max(0, key - 4); recent < key; recent++) get(recent);
    }
    assert.equal(made.length, 1000);
  });

  it('keeps no more than its limit', () => {
    const { get, made } = openCache(10);
    for (let key = 0; key < 1000; key++) get(key);
    made.length = 0;
    for (let key = 999; key >= 0; key--) get(key);
    assert.ok(made.length >= 990, `${1000 - made.length} were kept`);
  });

  it('keeps nothing of a value that could not be made', () => {
    const cache = new RecentlyUsed<string, string>(10);
    assert.throws(() => cache.get('key', () => assert.fail('no such policy')), /no such policy/);
    assert.equal(
      cache.get('key', () => 'made'),
      'made',
    );
  });

  it('takes no longer for each value when it is full', () => {
    const { get, made } = openCache(20_000);
    const start = performance.now();
    for (let round = 0; round < 200_000; round++) get((round * 7919) % 100_000);
    // Searching past dropped entries took some ten seconds for this.
    assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
    assert.ok(made.length > 100_000);
  });
});
