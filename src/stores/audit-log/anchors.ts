import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChainPosition } from '#core/audit';

/** Where the chain of a writer stood after the last of its files that were deleted. */
export interface Anchor extends ChainPosition {
  /** The day of that file: it and all before it are gone, or about to go. */
  readonly day: string;
}

/** By writer. */
export type Anchors = Readonly<Record<string, Anchor>>;

const fileOfAnchors = 'anchors.json';

/** The anchors of a directory; none when nothing was ever deleted. Rejects when the file is not what `writeAnchors` wrote. */
export async function readAnchors(directory: string): Promise<Anchors> {
  let text: string;
  try {
    text = await readFile(join(directory, fileOfAnchors), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  return JSON.parse(text) as Anchors;
}

/** Replaces the anchors as one change, durably. */
export async function writeAnchors(directory: string, anchors: Anchors): Promise<void> {
  const path = join(directory, fileOfAnchors);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(anchors, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(directory);
}

/** Makes durable which names a directory has. */
export async function syncDirectory(directory: string): Promise<void> {
  const folder = await open(directory, 'r');
  await folder.sync().finally(() => folder.close());
}
