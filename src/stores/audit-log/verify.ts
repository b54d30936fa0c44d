import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { AuditChainError, type ChainPosition, chainStart, verifyLine } from '#core/audit';
import { type Anchor, readAnchors } from './anchors.ts';
import { dayOfFile, filesOfWriters } from './names.ts';

/** What a directory of audit files holds, and the first thing wrong in each chain. */
export interface AuditLogReport {
  readonly records: number;
  readonly problems: readonly { readonly file: string; readonly line: number; readonly problem: string }[];
}

/**
 * Checks every chain of a directory from its first record, or from where the deletion of old files left it, to its last. A chain that breaks
 * is reported once, where it breaks. A line that a crash cut off, or that is being written, is no record: nobody was told that it is written.
 * Records cut off the end of a chain show only against a digest kept elsewhere.
 */
export async function verifyAuditLog(directory: string): Promise<AuditLogReport> {
  const anchors = await readAnchors(directory);
  const reports: AuditLogReport[] = [];
  for (const [writer, files] of filesOfWriters(await readdir(directory)))
    reports.push(await verifyChain(directory, files, anchors[writer]));
  return {
    records: reports.reduce((sum, { records }) => sum + records, 0),
    problems: reports.flatMap(({ problems }) => problems),
  };
}

async function verifyChain(
  directory: string,
  files: readonly string[],
  anchor: Anchor | undefined,
): Promise<AuditLogReport> {
  let at: ChainPosition = anchor ?? chainStart;
  let records = 0;
  for (const file of files) {
    if (anchor !== undefined && dayOfFile(file) <= anchor.day) continue;
    let line = 0;
    try {
      for await (const text of linesOf(directory, file, file === files.at(-1))) {
        line += 1;
        at = verifyLine(text, at);
        records += 1;
      }
    } catch (error) {
      const problem = describeProblem(error);
      if (problem === undefined) throw error;
      return { records, problems: [{ file, line: Math.max(line, 1), problem }] };
    }
  }
  return { records, problems: [] };
}

/** What a broken line or a broken compressed file is called; undefined for what is not about the content of a file. */
function describeProblem(error: unknown): string | undefined {
  if (error instanceof AuditChainError) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') ? 'the compressed file is damaged' : undefined;
}

/** The lines of a file. Only the last file of a writer may end without a line feed: what follows the last one there is left out. */
export async function* linesOf(directory: string, file: string, mayBeTorn: boolean): AsyncGenerator<string> {
  const raw = createReadStream(join(directory, file));
  const source = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  // An error of the file reaches the reader through the stream that is read.
  if (source !== raw) raw.once('error', (error) => source.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const held: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = held.indexOf(10); end >= 0; end = held.indexOf(10, start)) {
      yield held.toString('utf8', start, end);
      start = end + 1;
    }
    rest = held.subarray(start);
  }
  if (rest.length > 0 && !mayBeTorn) yield rest.toString('utf8');
}
