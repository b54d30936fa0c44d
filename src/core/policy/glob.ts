import type { Part } from './template.ts';

/** A run of a pattern between two `*`: plain text, or text in which some places (`undefined`) take any one character. */
type Piece = string | readonly (string | undefined)[];

/** A wildcard pattern made ready to match. */
export interface Glob {
  readonly first: Piece;
  /** Between one `*` and the next. */
  readonly middle: readonly Piece[];
  /** Behind the last `*`; undefined in a pattern without any. */
  readonly last: Piece | undefined;
  /** Characters that the pieces take together: a shorter value cannot match. */
  readonly minimumLength: number;
}

/** Makes a pattern of parts without variables. A run of `*` is one `*`. */
export function compileGlob(parts: readonly Part[]): Glob {
  const pieces: Piece[] = [];
  let piece: (string | undefined)[] = [];
  let afterAny = false;
  for (const part of parts) {
    if (part.type === 'any') {
      if (!afterAny) pieces.push(finish(piece));
      piece = [];
      afterAny = true;
    } else {
      if (part.type === 'text') piece.push(...part.text.split(''));
      else piece.push(undefined);
      afterAny = false;
    }
  }
  const minimumLength = pieces.reduce((total, next) => total + next.length, piece.length);
  const [first, ...middle] = pieces;
  if (first === undefined) return { first: finish(piece), middle: [], last: undefined, minimumLength };
  return { first, middle, last: finish(piece), minimumLength };
}

function finish(piece: readonly (string | undefined)[]): Piece {
  return piece.includes(undefined) ? piece : piece.join('');
}

/**
 * Whether the whole value matches. The first and the last piece are pinned to the ends; each one between is taken at the first place
 * it fits, so nothing is ever tried twice: patterns made of thousands of `*` cost no more than the value is long.
 */
export function matchGlob({ first, middle, last, minimumLength }: Glob, value: string): boolean {
  if (value.length < minimumLength) return false;
  if (last === undefined) return value.length === minimumLength && fits(first, value, 0);
  const end = value.length - last.length;
  if (!fits(first, value, 0) || !fits(last, value, end)) return false;
  let at = first.length;
  for (const piece of middle) {
    const found = find(piece, value, at, end);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}

/** Whether the piece is there, in a value that is long enough for it. */
function fits(piece: Piece, value: string, at: number): boolean {
  if (typeof piece === 'string') return value.startsWith(piece, at);
  for (let index = 0; index < piece.length; index++) {
    const wanted = piece[index];
    if (wanted !== undefined && wanted !== value[at + index]) return false;
  }
  return true;
}

function find(piece: Piece, value: string, from: number, end: number): number {
  if (typeof piece === 'string') {
    const found = value.indexOf(piece, from);
    return found + piece.length <= end ? found : -1;
  }
  for (let at = from; at + piece.length <= end; at++) if (fits(piece, value, at)) return at;
  return -1;
}
