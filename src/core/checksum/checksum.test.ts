import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { type ChecksumAlgorithm, createChecksum } from './index.ts';

function checksumOf(algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]): string {
  const checksum = createChecksum(algorithm);
  for (const piece of pieces) checksum.update(piece);
  return checksum.digest();
}

const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');

describe('a checksum', () => {
  /** The check values of the catalogue of parametrised CRC algorithms, over the nine digits. */
  const checkValues: readonly (readonly [ChecksumAlgorithm, string])[] = [
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha1', createHash('sha1').update('123456789').digest('hex')],
    ['sha256', createHash('sha256').update('123456789').digest('hex')],
  ];
  for (const [algorithm, expected] of checkValues) {
    test(`${algorithm} has its check value`, () => {
      assert.equal(hex(checksumOf(algorithm, Buffer.from('123456789'))), expected);
    });

    test(`${algorithm} is the same however the bytes come`, () => {
      const bytes = randomBytes(1003);
      const whole = checksumOf(algorithm, bytes);
      for (const at of [0, 1, 7, 8, 9, 500, 1003])
        assert.equal(checksumOf(algorithm, bytes.subarray(0, at), bytes.subarray(at)), whole);
      assert.equal(checksumOf(algorithm, ...Array.from(bytes, (byte) => Uint8Array.of(byte))), whole);
      bytes[700] = (bytes[700] ?? 0) ^ 1;
      assert.notEqual(checksumOf(algorithm, bytes), whole);
    });
  }
});
