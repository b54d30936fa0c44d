import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Each as it stands in the header `x-amz-checksum-…`. */
export const checksumAlgorithms = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum under way. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** In base64, the most significant byte first, as S3's headers carry it. Ends the checksum. */
  digest(): string;
}

export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'crc32':
      return new Crc32(crc32);
    case 'crc32c':
      return new Crc32(crc32c);
    case 'crc64nvme':
      return new Crc64Nvme();
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
    }
  }
}

class Crc32 implements Checksum {
  readonly #next: (bytes: Uint8Array, value: number) => number;
  #value = 0;

  constructor(next: (bytes: Uint8Array, value: number) => number) {
    this.#next = next;
  }

  update(bytes: Uint8Array): void {
    this.#value = this.#next(bytes, this.#value);
  }

  digest(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value >>> 0);
    return bytes.toString('base64');
  }
}

/** How many bytes one turn of the loops below takes: a table for each, so that no byte waits for the one before. */
const lanes = 8;

/** The Castagnoli polynomial, its bits reversed (RFC 9260, appendix A). */
const castagnoli = 0x82f63b78;
const tables32c = buildTables32(castagnoli);

function buildTables32(polynomial: number): Uint32Array {
  const tables = new Uint32Array(lanes * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    tables[byte] = value;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] ?? 0;
    tables[at] = (before >>> 8) ^ (tables[before & 255] ?? 0);
  }
  return tables;
}

function crc32c(bytes: Uint8Array, before: number): number {
  const table = tables32c;
  const whole = bytes.length - (bytes.length % lanes);
  let value = ~before;
  let at = 0;
  for (; at < whole; at += lanes) {
    value ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    value =
      (table[1792 + (value & 255)] ?? 0) ^
      (table[1536 + ((value >>> 8) & 255)] ?? 0) ^
      (table[1280 + ((value >>> 16) & 255)] ?? 0) ^
      (table[1024 + (value >>> 24)] ?? 0) ^
      (table[768 + (bytes[at + 4] ?? 0)] ?? 0) ^
      (table[512 + (bytes[at + 5] ?? 0)] ?? 0) ^
      (table[256 + (bytes[at + 6] ?? 0)] ?? 0) ^
      (table[bytes[at + 7] ?? 0] ?? 0);
  }
  for (; at < bytes.length; at++) value = (value >>> 8) ^ (table[(value ^ (bytes[at] ?? 0)) & 255] ?? 0);
  return ~value;
}

/** CRC-64/NVME, its bits reversed (NVM Express NVM Command Set Specification, "64b CRC"). */
const nvme = 0x9a6c9329ac4bc9b5n;
const tables64 = buildTables64(nvme);

/** The high and the low half of each entry: numbers of 64 bits are far too slow to compute with. */
function buildTables64(polynomial: bigint): { readonly high: Int32Array; readonly low: Int32Array } {
  const entries: bigint[] = [];
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    entries.push(value);
  }
  for (let at = 256; at < lanes * 256; at++) {
    const before = entries[at - 256] ?? 0n;
    entries.push((before >> 8n) ^ (entries[Number(before & 255n)] ?? 0n));
  }
  return {
    high: Int32Array.from(entries, (entry) => Number(BigInt.asIntN(32, entry >> 32n))),
    low: Int32Array.from(entries, (entry) => Number(BigInt.asIntN(32, entry))),
  };
}

class Crc64Nvme implements Checksum {
  #high = -1;
  #low = -1;

  update(bytes: Uint8Array): void {
    const { high: highs, low: lows } = tables64;
    let [high, low] = [this.#high, this.#low];
    const whole = bytes.length - (bytes.length % lanes);
    let at = 0;
    for (; at < whole; at += lanes) {
      low ^=
        (bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24);
      high ^=
        (bytes[at + 4] ?? 0) |
        ((bytes[at + 5] ?? 0) << 8) |
        ((bytes[at + 6] ?? 0) << 16) |
        ((bytes[at + 7] ?? 0) << 24);
      const first = 1792 + (low & 255);
      const second = 1536 + ((low >>> 8) & 255);
      const third = 1280 + ((low >>> 16) & 255);
      const fourth = 1024 + (low >>> 24);
      const fifth = 768 + (high & 255);
      const sixth = 512 + ((high >>> 8) & 255);
      const seventh = 256 + ((high >>> 16) & 255);
      const eighth = high >>> 24;
      low =
        (lows[first] ?? 0) ^
        (lows[second] ?? 0) ^
        (lows[third] ?? 0) ^
        (lows[fourth] ?? 0) ^
        (lows[fifth] ?? 0) ^
        (lows[sixth] ?? 0) ^
        (lows[seventh] ?? 0) ^
        (lows[eighth] ?? 0);
      high =
        (highs[first] ?? 0) ^
        (highs[second] ?? 0) ^
        (highs[third] ?? 0) ^
        (highs[fourth] ?? 0) ^
        (highs[fifth] ?? 0) ^
        (highs[sixth] ?? 0) ^
        (highs[seventh] ?? 0) ^
        (highs[eighth] ?? 0);
    }
    for (; at < bytes.length; at++) {
      const entry = (low ^ (bytes[at] ?? 0)) & 255;
      low = ((low >>> 8) | (high << 24)) ^ (lows[entry] ?? 0);
      high = (high >>> 8) ^ (highs[entry] ?? 0);
    }
    this.#high = high;
    this.#low = low;
  }

  digest(): string {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(~this.#high, 0);
    bytes.writeInt32BE(~this.#low, 4);
    return bytes.toString('base64');
  }
}
