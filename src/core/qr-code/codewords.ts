import { errorCorrection } from './error-correction.ts';

/** For versions 1 to 40 at level M: error correction codewords of each block, and number of blocks (ISO/IEC 18004 table 9). */
const correctionPerBlock = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
] as const;
const blockCounts = [
  1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29,
  31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
] as const;

const lastVersion = 40;
const byteMode = 0b0100;
const padding = [0xec, 0x11] as const;

/** The number of alignment patterns in a row or column; none in version 1. */
export function alignmentCount(version: number): number {
  return version === 1 ? 0 : Math.floor(version / 7) + 2;
}

/** How many codewords a symbol of that version has in all: its modules less those of the patterns, eight to each. */
function totalCodewords(version: number): number {
  const size = 17 + 4 * version;
  const finders = 3 * 64 + 2 * 15 + 1;
  const timing = 2 * (size - 16);
  const aligned = alignmentCount(version);
  // Those in row or column six share five modules with the timing pattern; three places are the finders'.
  const alignment = aligned === 0 ? 0 : 25 * (aligned * aligned - 3) - 2 * 5 * (aligned - 2);
  const versionInformation = version < 7 ? 0 : 2 * 18;
  return Math.floor((size * size - finders - timing - alignment - versionInformation) / 8);
}

function dataCodewords(version: number): number {
  const blocks = blockCounts[version - 1] ?? 0;
  return totalCodewords(version) - blocks * (correctionPerBlock[version - 1] ?? 0);
}

/** The smallest version whose symbol holds that many bytes, or undefined when none does. */
export function versionFor(byteCount: number): number | undefined {
  for (let version = 1; version <= lastVersion; version++) {
    if (4 + lengthBits(version) + 8 * byteCount <= 8 * dataCodewords(version)) return version;
  }
  return undefined;
}

function lengthBits(version: number): number {
  return version < 10 ? 8 : 16;
}

/** The codewords of a symbol in the order they are placed: data of all blocks interleaved, then error correction of all blocks. */
export function codewordsOf(bytes: Uint8Array, version: number): Uint8Array {
  const data = withHeader(bytes, version);
  const blockCount = blockCounts[version - 1] ?? 0;
  const correction = correctionPerBlock[version - 1] ?? 0;
  const shortLength = Math.floor(data.length / blockCount);
  const longBlocks = data.length % blockCount;
  const blocks: Uint8Array[] = [];
  for (let index = 0, start = 0; index < blockCount; index++) {
    const end = start + shortLength + (index < blockCount - longBlocks ? 0 : 1);
    blocks.push(data.subarray(start, end));
    start = end;
  }
  const corrections = blocks.map((block) => errorCorrection(block, correction));
  return Uint8Array.from([...interleave(blocks), ...interleave(corrections)]);
}

/** Mode, length, bytes, and what fills the symbol up (ISO/IEC 18004 §7.4). */
function withHeader(bytes: Uint8Array, version: number): Uint8Array {
  const bits: number[] = [];
  const append = (value: number, count: number): void => {
    for (let shift = count - 1; shift >= 0; shift--) bits.push((value >> shift) & 1);
  };
  append(byteMode, 4);
  append(bytes.length, lengthBits(version));
  for (const byte of bytes) append(byte, 8);
  const capacity = dataCodewords(version);
  append(0, Math.min(4, 8 * capacity - bits.length));
  append(0, (8 - (bits.length % 8)) % 8);
  for (let index = 0; bits.length < 8 * capacity; index++) append(padding[index % 2] ?? 0, 8);
  return Uint8Array.from({ length: capacity }, (_, index) =>
    bits.slice(8 * index, 8 * index + 8).reduce((byte, bit) => (byte << 1) | bit, 0),
  );
}

function interleave(blocks: readonly Uint8Array[]): readonly number[] {
  const longest = Math.max(...blocks.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => blocks.flatMap((block) => block[index] ?? [])).flat();
}
