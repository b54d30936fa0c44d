import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AuditChainError, type ChainPosition, verifyLine } from '#core/audit';
import { daysOfWriters, fileName } from './names.ts';

/** Where a reader stands in the files of one writer; JSON holds it without loss. */
export interface WriterPosition {
  readonly day: string;
  /** Bytes of that day's file that were read. */
  readonly offset: number;
  /** Where the chain stands there; undefined before the first line. */
  readonly chain: ChainPosition | undefined;
}

/** Where a reader stands, by writer. Empty: before the first line of all. */
export type AuditPosition = Readonly<Record<string, WriterPosition>>;

/** One thing a reader comes upon. */
export type AuditStep =
  | {
      readonly kind: 'line';
      readonly writer: string;
      readonly file: string;
      /** Where the line begins in the file, and its length without the line feed, in bytes. */
      readonly offset: number;
      readonly length: number;
      readonly text: string;
    }
  /** What was read of this file is void, and comes again: a group of lines could not be made durable and was taken back. */
  | { readonly kind: 'withdrawn'; readonly writer: string; readonly file: string }
  /** A line that does not follow from the one before it. It is left out when it is no record at all. */
  | {
      readonly kind: 'broken';
      readonly writer: string;
      readonly file: string;
      readonly offset: number;
      readonly problem: string;
    };

export interface AuditReader {
  /**
   * What has come since, each writer's lines in their order; at most about a quarter of a megabyte at once, empty when there is nothing new.
   * Lines that are still being written wait for the next time. Rejects when a file cannot be read; then it can be called again.
   */
  read(): Promise<readonly AuditStep[]>;
  /** Where the reader stands after everything `read` returned: a later reader goes on from there. */
  position(): AuditPosition;
}

const chunkBytes = 262_144;
const mostBytesAtOnce = 262_144;
const mostRereads = 3;
const lineFeed = 10;

/** Where the log ends now: a reader from there comes upon nothing but what is new. */
export async function endOfAuditLog(directory: string): Promise<AuditPosition> {
  const position: Record<string, WriterPosition> = {};
  for (const [writer, days] of daysOfWriters(await list(directory))) {
    const day = days.at(-1);
    if (day === undefined) continue;
    const handle = await open(join(directory, fileName(day, writer)), constants.O_RDONLY);
    try {
      const { size } = await handle.stat();
      position[writer] = { day, offset: await endOfLines(handle, size), chain: undefined };
    } finally {
      await handle.close();
    }
  }
  return position;
}

/** Where the last whole line of a file ends. */
async function endOfLines(handle: FileHandle, size: number): Promise<number> {
  for (let start = size; start > 0; ) {
    const length = Math.min(chunkBytes, start);
    start -= length;
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, start);
    const last = buffer.subarray(0, bytesRead).lastIndexOf(lineFeed);
    if (last >= 0) return start + last + 1;
  }
  return 0;
}

/**
 * Reads the lines of all writers of a directory from a position on. It takes nothing from the writers and never writes.
 * Compressed files are not read: they are older than whatever follows the log.
 */
export function openAuditReader(options: {
  readonly directory: string;
  readonly from?: AuditPosition;
  /** The first day to be read of a writer that has no position: `2026-01-02`. */
  readonly since?: string;
}): AuditReader {
  return new FileAuditReader(options.directory, options.from ?? {}, options.since ?? '');
}

/** Yields what a reader comes upon, and waits for more, until the signal aborts. A directory that is not there yet is waited for. */
export async function* followAuditLog(
  reader: AuditReader,
  { signal, pollMs }: { readonly signal: AbortSignal; readonly pollMs: number },
): AsyncGenerator<AuditStep> {
  while (!signal.aborted) {
    const steps = await reader.read();
    yield* steps;
    if (steps.length > 0) continue;
    try {
      await setTimeout(pollMs, undefined, { signal });
    } catch {
      // Aborted.
      return;
    }
  }
}

class FileAuditReader implements AuditReader {
  readonly #directory: string;
  readonly #since: string;
  readonly #positions: Map<string, WriterPosition>;
  readonly #reread = new Map<string, number>();

  constructor(directory: string, from: AuditPosition, since: string) {
    this.#directory = directory;
    this.#since = since;
    this.#positions = new Map(Object.entries(from));
  }

  position(): AuditPosition {
    return Object.fromEntries(this.#positions);
  }

  async read(): Promise<readonly AuditStep[]> {
    const steps: AuditStep[] = [];
    let bytes = 0;
    for (const [writer, days] of daysOfWriters(await list(this.#directory))) {
      for (;;) {
        if (bytes >= mostBytesAtOnce) return steps;
        const at = this.#standing(writer, days);
        if (at === undefined) break;
        const read = await this.#readChunk(writer, at, steps);
        bytes += read;
        if (read > 0) continue;
        const next = days.find((day) => day > at.day);
        if (next === undefined) break;
        const { chain } = this.#positions.get(writer) ?? at;
        this.#positions.set(writer, { day: next, offset: 0, chain });
      }
    }
    return steps;
  }

  /** Where the reader stands in a writer's files; in the first that is there when that one has gone. */
  #standing(writer: string, days: readonly string[]): WriterPosition | undefined {
    const at = this.#positions.get(writer);
    if (at !== undefined && days.includes(at.day)) return at;
    const day = days.find((one) => (at === undefined ? one >= this.#since : one > at.day));
    if (day === undefined) return undefined;
    const start = { day, offset: 0, chain: undefined };
    this.#positions.set(writer, start);
    return start;
  }

  /** Reads whole lines at a position, and moves it. Returns how many bytes they take. */
  async #readChunk(writer: string, at: WriterPosition, steps: AuditStep[]): Promise<number> {
    const file = fileName(at.day, writer);
    const handle = await open(join(this.#directory, file), constants.O_RDONLY);
    try {
      const { size } = await handle.stat();
      if (size < at.offset) return this.#withdraw(writer, at, steps);
      const chunk = await readWholeLines(handle, at.offset, size);
      let { chain } = at;
      let start = 0;
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
        const text = chunk.toString('utf8', start, end);
        const offset = at.offset + start;
        const [next, problem] = follow(text, chain);
        if (problem !== undefined) {
          // Right where the last reading ended: what was read then may have been taken back since.
          if (start === 0 && at.offset > 0 && chain !== undefined && this.#mayReread(file, offset))
            return this.#withdraw(writer, at, steps);
          steps.push({ kind: 'broken', writer, file, offset, problem });
        }
        if (next !== undefined) steps.push({ kind: 'line', writer, file, offset, length: end - start, text });
        chain = next ?? chain;
        start = end + 1;
      }
      if (start > 0) this.#positions.set(writer, { day: at.day, offset: at.offset + start, chain });
      return start;
    } finally {
      await handle.close();
    }
  }

  /** A group can be taken back more than once in one place, but a file that was tampered with is not read again and again. */
  #mayReread(file: string, offset: number): boolean {
    const place = `${file}:${offset}`;
    const times = this.#reread.get(place) ?? 0;
    this.#reread.set(place, times + 1);
    return times < mostRereads;
  }

  #withdraw(writer: string, { day }: WriterPosition, steps: AuditStep[]): number {
    const file = fileName(day, writer);
    steps.push({ kind: 'withdrawn', writer, file });
    this.#positions.set(writer, { day, offset: 0, chain: undefined });
    return 1;
  }
}

/** Where the chain stands after a line, and what is wrong with it; the first is undefined for text that is no record. */
function follow(
  text: string,
  chain: ChainPosition | undefined,
): readonly [next: ChainPosition | undefined, problem: string | undefined] {
  try {
    return [verifyLine(text, chain), undefined];
  } catch (error) {
    if (!(error instanceof AuditChainError)) throw error;
    return [rejoin(text), error.message];
  }
}

function rejoin(text: string): ChainPosition | undefined {
  try {
    return verifyLine(text);
  } catch (error) {
    if (error instanceof AuditChainError) return undefined;
    throw error;
  }
}

/** Bytes from an offset up to a line feed: a chunk, or as much as it takes to have one whole line; empty when there is none. */
async function readWholeLines(handle: FileHandle, offset: number, size: number): Promise<Buffer> {
  for (let length = chunkBytes; ; length *= 2) {
    const wanted = Math.min(length, size - offset);
    if (wanted === 0) return Buffer.alloc(0);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    const whole = buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(lineFeed) + 1);
    if (whole.length > 0 || wanted === size - offset) return whole;
  }
}

async function list(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The text of one line of a file, by the place that a step told. Rejects when the file has gone. */
export async function readAuditLine(
  directory: string,
  { file, offset, length }: { readonly file: string; readonly offset: number; readonly length: number },
): Promise<string> {
  const handle = await open(join(directory, file), constants.O_RDONLY);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
