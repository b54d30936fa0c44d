import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandomPool } from './random-pool.ts';

describe('the random pool', () => {
  it('hands out as many bytes as were asked for', () => {
    const random = createRandomPool();
    for (const count of [0, 1, 12, 16, 4096, 5000, 4095, 2]) assert.equal(random(count).length, count);
  });

  it('hands out no byte twice', () => {
    const random = createRandomPool();
    const pieces = Array.from({ length: 2000 }, (_, index) => random(8 + (index % 9)));
    const places = new Map<ArrayBufferLike, Set<number>>();
    for (const { buffer, byteOffset, length } of pieces) {
      const taken = places.get(buffer) ?? new Set();
      places.set(buffer, taken);
      for (let at = byteOffset; at < byteOffset + length; at++) {
        assert(!taken.has(at), `byte ${at} of a pool was handed out twice`);
        taken.add(at);
      }
    }
    assert.equal(new Set(pieces.map((piece) => Buffer.from(piece).toString('hex'))).size, pieces.length);
  });

  it('does not change what it has handed out when it draws anew', () => {
    const random = createRandomPool();
    const first = random(16);
    const before = Buffer.from(first).toString('hex');
    for (let index = 0; index < 1000; index++) random(16);
    assert.equal(Buffer.from(first).toString('hex'), before);
  });
});
