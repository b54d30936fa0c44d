import { hash } from 'node:crypto';

/** Where a chain of records stands: the next record's number, and the SHA-256 of the last line in hex. */
export interface ChainPosition {
  readonly sequence: number;
  readonly previous: string;
}

/** Where every chain begins. */
export const chainStart: ChainPosition = { sequence: 0, previous: '0'.repeat(64) };

/** A line does not follow from the one before it: something was changed, removed or put in between. */
export class AuditChainError extends Error {
  readonly code = 'ChainBroken';
}

/**
 * One line of the log, without its line feed: the event, its number, and the digest of the line before it, so that no line can be
 * changed, removed or put in between without all later ones showing it. `unfinished` is the number of the oldest intent whose outcome is
 * not among the lines up to this one: how far back to look for what a crash left undecided.
 */
export function chainLine(
  event: object,
  at: ChainPosition,
  unfinished?: number,
): { readonly line: string; readonly next: ChainPosition } {
  const { sequence, previous } = at;
  const line = JSON.stringify({ ...event, chain: { sequence, previous, unfinished } });
  return { line, next: after(line, at) };
}

/**
 * Where the chain stands after a line that must follow `at`; without `at`, wherever the line says it stands.
 * Throws AuditChainError.
 */
export function verifyLine(line: string, at?: ChainPosition): ChainPosition {
  const own = readChain(line);
  if (own === undefined) throw new AuditChainError('not a record of a chain');
  if (at !== undefined && own.sequence !== at.sequence) {
    throw new AuditChainError(`record ${own.sequence} stands where record ${at.sequence} should`);
  }
  if (at !== undefined && own.previous !== at.previous) {
    throw new AuditChainError(`record ${own.sequence} does not follow from the record before it`);
  }
  return after(line, own);
}

function after(line: string, at: ChainPosition): ChainPosition {
  return { sequence: at.sequence + 1, previous: hash('sha256', line) };
}

/** What a line says of its own place; undefined for text that is no line of a chain. */
export function readChain(line: string): (ChainPosition & { readonly unfinished?: number }) | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    // Whatever is wrong with the text, it is not what chainLine wrote.
    return undefined;
  }
  if (typeof record !== 'object' || record === null || !('chain' in record)) return undefined;
  const { chain } = record;
  if (typeof chain !== 'object' || chain === null || !('sequence' in chain) || !('previous' in chain)) {
    return undefined;
  }
  const { sequence, previous, unfinished } = chain as Record<string, unknown>;
  if (!Number.isSafeInteger(sequence) || typeof previous !== 'string') return undefined;
  return {
    sequence: sequence as number,
    previous,
    ...(Number.isSafeInteger(unfinished) ? { unfinished: unfinished as number } : {}),
  };
}
