import { type ChainPosition, verifyLine } from '#core/audit';
import type { AuditFile } from './files.ts';

/** What a file ends with. */
export interface Tail {
  /** Where the chain stands after the last whole line; undefined when the file holds no whole line. */
  readonly position: ChainPosition | undefined;
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
  let held = Buffer.alloc(0);
  for (let start = size; start > 0; ) {
    const length = Math.min(chunkBytes, start);
    start -= length;
    held = Buffer.concat([await file.read(start, length), held]);
    const end = held.lastIndexOf(lineFeed);
    if (end < 0) continue;
    const before = held.lastIndexOf(lineFeed, end - 1);
    if (before < 0 && start > 0) continue;
    const line = held.toString('utf8', before + 1, end);
    const wholeSize = start + end + 1;
    return { position: verifyLine(line), size: wholeSize, tornBytes: size - wholeSize };
  }
  return { position: undefined, size: 0, tornBytes: size };
}
