import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type ChainPosition, chainStart, verifyLine } from '#core/audit';
import { formatIsoSeconds, type Instant } from '#core/time';
import { type Anchors, readAnchors, syncDirectory, writeAnchors } from './anchors.ts';
import { compressedName, dayOfFile, filesOfWriters } from './names.ts';
import { linesOf } from './verify.ts';

const dayMs = 86_400_000;

/** How long files are kept as they are, and at all. Days count from the end of the day that a file is of. */
export interface Retention {
  /** Undefined keeps files as they were written. */
  readonly compressAfterDays: number | undefined;
  /** Undefined keeps files for ever. */
  readonly deleteAfterDays: number | undefined;
}

/** What a trim did. */
export interface Trimmed {
  readonly compressed: readonly string[];
  /** Each with the writer's last record that is gone. */
  readonly deleted: readonly { readonly file: string; readonly lastSequence: number }[];
}

/**
 * Compresses and deletes what is old enough. Where a chain stood when its oldest files went is kept in `anchors.json`, from which
 * `verifyAuditLog` goes on. The newest file of a writer always stays: its chain goes on from there. A file whose chain is broken stays too.
 * Rejects with AuditChainError for such a file, after everything else was done.
 */
export async function trimAuditLog(
  directory: string,
  { compressAfterDays, deleteAfterDays }: Retention,
  now: Instant,
): Promise<Trimmed> {
  const isOlder = (file: string, days: number | undefined): boolean =>
    days !== undefined && dayOfFile(file) < formatIsoSeconds(now - days * dayMs).slice(0, 10);
  const compressed: string[] = [];
  const deleted: { readonly file: string; readonly lastSequence: number }[] = [];
  let anchors: Anchors = await readAnchors(directory);
  let failure: unknown;
  for (const [writer, files] of filesOfWriters(await readdir(directory))) {
    for (const file of files.slice(0, -1)) {
      try {
        if (isOlder(file, deleteAfterDays)) {
          const end = await endOfChain(directory, file, anchors[writer]);
          anchors = { ...anchors, [writer]: { day: dayOfFile(file), ...end } };
          // INVARIANT: where the chain stands is on the disk before the file goes that says so.
          await writeAnchors(directory, anchors);
          await rm(join(directory, file));
          deleted.push({ file, lastSequence: end.sequence - 1 });
        } else if (isOlder(file, compressAfterDays) && !file.endsWith('.gz')) {
          await compress(directory, file);
          compressed.push(file);
        }
      } catch (error) {
        failure ??= error;
        // Later files of this writer wait: an anchor behind a broken file would hide it.
        break;
      }
    }
  }
  if (failure !== undefined) throw failure;
  return { compressed, deleted };
}

async function endOfChain(
  directory: string,
  file: string,
  anchor: Anchors[string] | undefined,
): Promise<ChainPosition> {
  const start = anchor ?? chainStart;
  // Left from a trim that was killed between the anchor and the file: nothing more is to be learnt from it.
  if (anchor !== undefined && dayOfFile(file) <= anchor.day) return start;
  let at: ChainPosition = { sequence: start.sequence, previous: start.previous };
  for await (const line of linesOf(directory, file, false)) at = verifyLine(line, at);
  return at;
}

async function compress(directory: string, file: string): Promise<void> {
  const path = join(directory, file);
  const target = join(directory, compressedName(file));
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${target}.new`, { mode: 0o600 }));
  const made = await open(`${target}.new`, 'r+');
  await made.sync().finally(() => made.close());
  await rename(`${target}.new`, target);
  await syncDirectory(directory);
  await rm(path);
}
