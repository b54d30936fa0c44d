import { alignmentCount, codewordsOf, versionFor } from './codewords.ts';

/** The modules of a symbol, row by row from the top, without the quiet zone; true is dark. */
export type QrCode = readonly (readonly boolean[])[];

/** The text has more bytes than the largest symbol holds: 2331. */
export class QrCodeError extends Error {
  readonly code = 'TextTooLong';

  constructor() {
    super('the text is too long for a QR code');
  }
}

/** A symbol while it is drawn: what patterns own is fixed, the rest is data. */
interface Canvas {
  readonly size: number;
  readonly dark: boolean[][];
  readonly fixed: boolean[][];
}

/** Which modules each of the eight masks turns over (ISO/IEC 18004 table 10). */
const masks: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_row, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/** The smallest symbol of level M that holds the text as UTF-8 (ISO/IEC 18004). Throws QrCodeError. */
export function encodeQrCode(text: string): QrCode {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  if (version === undefined) throw new QrCodeError();
  const canvas = blank(17 + 4 * version);
  drawPatterns(canvas, version);
  drawCodewords(canvas, codewordsOf(bytes, version));
  const candidates = masks.map((_, mask) => masked(canvas, mask));
  const penalties = candidates.map(penalty);
  return candidates[penalties.indexOf(Math.min(...penalties))] ?? canvas.dark;
}

function blank(size: number): Canvas {
  const grid = (): boolean[][] => Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  return { size, dark: grid(), fixed: grid() };
}

function fix({ dark, fixed, size }: Canvas, row: number, column: number, isDark: boolean): void {
  if (row < 0 || column < 0 || row >= size || column >= size) return;
  (dark[row] ?? [])[column] = isDark;
  (fixed[row] ?? [])[column] = true;
}

function drawPatterns(canvas: Canvas, version: number): void {
  const { size } = canvas;
  for (let index = 0; index < size; index++) {
    fix(canvas, 6, index, index % 2 === 0);
    fix(canvas, index, 6, index % 2 === 0);
  }
  drawSquares(canvas, 3, 3, 4, [0, 1, 3]);
  drawSquares(canvas, 3, size - 4, 4, [0, 1, 3]);
  drawSquares(canvas, size - 4, 3, 4, [0, 1, 3]);
  for (const [row, column] of alignmentCentres(version, size)) drawSquares(canvas, row, column, 2, [0, 2]);
  // Reserves the places; the mask decides what stands there.
  drawFormat(canvas, 0);
  if (version >= 7) drawVersion(canvas, version);
}

/** Concentric squares around a centre: a module is dark when its distance from the centre is listed. */
function drawSquares(
  canvas: Canvas,
  row: number,
  column: number,
  radius: number,
  darkDistances: readonly number[],
): void {
  for (let down = -radius; down <= radius; down++) {
    for (let right = -radius; right <= radius; right++) {
      const distance = Math.max(Math.abs(down), Math.abs(right));
      fix(canvas, row + down, column + right, darkDistances.includes(distance));
    }
  }
}

/** Every crossing of the alignment coordinates but the three where finder patterns are (ISO/IEC 18004 annex E). */
function alignmentCentres(version: number, size: number): readonly (readonly [number, number])[] {
  const count = alignmentCount(version);
  if (count === 0) return [];
  const last = size - 7;
  // The table of the standard follows this rule in every version but one.
  const step = version === 32 ? 26 : Math.ceil((last - 6) / (count - 1) / 2) * 2;
  const at = Array.from({ length: count }, (_, index) =>
    index === 0 ? 6 : last - step * (count - 1 - index),
  );
  return at
    .flatMap((row) => at.map((column) => [row, column] as const))
    .filter(
      ([row, column]) => !(row === 6 && (column === 6 || column === last)) && !(row === last && column === 6),
    );
}

/** Level and mask with their check bits, twice, and the one module that is always dark (ISO/IEC 18004 §7.9). */
function drawFormat(canvas: Canvas, mask: number): void {
  const { size } = canvas;
  // Level M is 00, so the mask's number is all of the data.
  const bits = withCheckBits(mask, 10, 0b10100110111) ^ 0b101010000010010;
  for (let index = 0; index < 15; index++) {
    const isDark = ((bits >> index) & 1) === 1;
    if (index < 8) {
      fix(canvas, index < 6 ? index : index + 1, 8, isDark);
      fix(canvas, 8, size - 1 - index, isDark);
    } else {
      fix(canvas, 8, index === 8 ? 7 : 14 - index, isDark);
      fix(canvas, size - 15 + index, 8, isDark);
    }
  }
  fix(canvas, size - 8, 8, true);
}

/** The version with its check bits, twice (ISO/IEC 18004 §7.10). */
function drawVersion(canvas: Canvas, version: number): void {
  const bits = withCheckBits(version, 12, 0b1111100100101);
  for (let index = 0; index < 18; index++) {
    const isDark = ((bits >> index) & 1) === 1;
    const along = Math.floor(index / 3);
    const across = canvas.size - 11 + (index % 3);
    fix(canvas, along, across, isDark);
    fix(canvas, across, along, isDark);
  }
}

/** The data followed by its remainder modulo the generator polynomial over GF(2). */
function withCheckBits(data: number, count: number, generator: number): number {
  let remainder = data << count;
  for (let bit = 31 - Math.clz32(remainder); bit >= count; bit = 31 - Math.clz32(remainder)) {
    remainder ^= generator << (bit - count);
  }
  return (data << count) | remainder;
}

/** Fills the free modules in pairs of columns from the right, up and down in turn, around the vertical timing pattern. */
function drawCodewords({ size, dark, fixed }: Canvas, codewords: Uint8Array): void {
  let at = 0;
  let upward = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const row = upward ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (fixed[row]?.[column] === true) continue;
        (dark[row] ?? [])[column] = (((codewords[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
        at++;
      }
    }
    upward = !upward;
  }
}

function masked(canvas: Canvas, mask: number): boolean[][] {
  const turns = masks[mask];
  const dark = canvas.dark.map((modules, row) =>
    modules.map((isDark, column) =>
      canvas.fixed[row]?.[column] !== true && turns?.(row, column) === true ? !isDark : isDark,
    ),
  );
  drawFormat({ ...canvas, dark }, mask);
  return dark;
}

const looksLikeFinder = /(?=00001011101|10111010000)/g;

/** How hard a symbol is to read: long runs, blocks, false finder patterns, too much of one colour (ISO/IEC 18004 §7.8.3). */
function penalty(dark: readonly (readonly boolean[])[]): number {
  const rows = dark.map((modules) => modules.map((isDark) => (isDark ? '1' : '0')).join(''));
  const columns = rows.map((_, column) => rows.map((row) => row[column]).join(''));
  let score = 0;
  for (const line of [...rows, ...columns]) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) score += run.length - 2;
    score += 40 * [...line.matchAll(looksLikeFinder)].length;
  }
  for (let row = 0; row + 1 < dark.length; row++) {
    for (let column = 0; column + 1 < dark.length; column++) {
      const corner = dark[row]?.[column];
      const isBlock =
        corner === dark[row]?.[column + 1] &&
        corner === dark[row + 1]?.[column] &&
        corner === dark[row + 1]?.[column + 1];
      if (isBlock) score += 3;
    }
  }
  const share = rows.join('').replaceAll('0', '').length / (dark.length * dark.length);
  return score + 10 * Math.floor(Math.abs(share - 0.5) / 0.05);
}
