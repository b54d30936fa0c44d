import { randomFillSync } from 'node:crypto';
import type { RandomBytes } from '#core/identifiers';

const poolBytes = 4096;

/**
 * The system's randomness, drawn four kilobytes at a time: a request needs some eighty bytes in six pieces, and the way to the system costs the
 * same for sixteen bytes as for thousands. INVARIANT: no byte is handed out twice.
 */
export function createRandomPool(): RandomBytes {
  let pool = new Uint8Array(0);
  let used = 0;
  return (count) => {
    if (count > poolBytes) return randomFillSync(new Uint8Array(count));
    if (used + count > pool.length) {
      // A new pool each time: pieces of the old one are still in use.
      pool = randomFillSync(new Uint8Array(poolBytes));
      used = 0;
    }
    const piece = pool.subarray(used, used + count);
    used += count;
    return piece;
  };
}
