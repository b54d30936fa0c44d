import { type ChainPosition, verifyLine } from '#core/audit';
import type { AuditFile } from './files.ts';

/** What a file ends with. */
export interface Tail {
  /** The last whole line and where the chain stands after it; undefined when the file holds no whole line. */
  readonly last: { readonly line: string; readonly position: ChainPosition } | undefined;
  /** Bytes up to and with the last line feed. */
  readonly size: number;
  /** Bytes after it: a line that a crash cut off, which nobody was told is written. */
  readonly tornBytes: number;
}

const chunkBytes = 65_536;
const lineFeed = 10;

/** Reads the end of a file, from the end, until it has its last whole line. Throws AuditChainError when that line is no record. */
export async function readTail(file: AuditFile): Promise<Tail> {
  const size = await file.size();
  for await (const { line, end } of linesBackward(file))
    return { last: { line, position: verifyLine(line) }, size: end, tornBytes: size - end };
  return { last: undefined, size: 0, tornBytes: size };
}

/** The whole lines of a file, the last one first; `end` is where the next line would begin. */
export async function* linesBackward(
  file: AuditFile,
): AsyncGenerator<{ readonly line: string; readonly end: number }> {
  let start = await file.size();
  let held: Buffer = Buffer.alloc(0);
  /** Where the line ends that is looked for, within what is held; undefined until a line feed was seen. */
  let end: number | undefined;
  while (start > 0) {
    const length = Math.min(chunkBytes, start);
    start -= length;
    held = Buffer.concat([await file.read(start, length), held]);
    if (end !== undefined) end += length;
    for (;;) {
      if (end === undefined) {
        const last = held.lastIndexOf(lineFeed);
        if (last < 0) break;
        end = last;
      }
      const before: number = end === 0 ? -1 : held.lastIndexOf(lineFeed, end - 1);
      if (before < 0 && start > 0) break;
      yield { line: held.toString('utf8', before + 1, end), end: start + end + 1 };
      if (before < 0) return;
      held = held.subarray(0, before + 1);
      end = before;
    }
  }
}
