import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NoiseLimit } from './noise-limit.ts';

function admitted(limit: NoiseLimit, addresses: readonly string[], now = 0): number {
  return addresses.filter((address) => limit.admit(address, now)).length;
}

const repeat = (address: string, times: number): readonly string[] => Array(times).fill(address);

describe('what is recorded of unknown senders', () => {
  test('is twenty requests of each address in a minute', () => {
    const limit = new NoiseLimit();
    assert.equal(admitted(limit, repeat('192.0.2.1', 30)), 20);
    assert.equal(admitted(limit, repeat('192.0.2.2', 30)), 20);
    assert.deepEqual(limit.takeLeftOut(59_999), undefined);
    assert.deepEqual(limit.takeLeftOut(60_000), {
      records: 20,
      sources: { '192.0.2.1': 30, '192.0.2.2': 30 },
    });
    assert.equal(limit.takeLeftOut(60_000), undefined);
    assert.equal(admitted(limit, repeat('192.0.2.1', 30), 60_000), 20);
  });

  test('counts the addresses of one network of IPv6 as one', () => {
    const limit = new NoiseLimit();
    const addresses = Array.from({ length: 30 }, (_, index) => `2001:db8::${index.toString(16)}`);
    assert.equal(admitted(limit, addresses), 20);
    assert.equal(admitted(limit, ['2001:db8:0:0:1::1', '2001:db8:0:1::1']), 1);
    assert.equal(limit.takeLeftOut(0, true)?.sources['2001:db8:0:0::/64'], 31);
  });

  test('is six hundred in a minute, whatever the number of addresses, and memory for a thousand of them', () => {
    const limit = new NoiseLimit();
    const addresses = Array.from({ length: 5000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    assert.equal(admitted(limit, addresses), 600);
    const leftOut = limit.takeLeftOut(0, true);
    assert.equal(leftOut?.records, 4400);
    assert.equal(Object.keys(leftOut?.sources ?? {}).length, 100);
    assert.equal(leftOut?.sources.others, 4000);
  });
});
