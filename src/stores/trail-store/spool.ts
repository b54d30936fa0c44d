import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent, writeDurably } from './durable.ts';

/** A log file that waits for its bucket. */
export interface Spooled {
  /** ARN of the trail. */
  readonly trail: string;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  readonly hashValue: string;
  readonly oldestEventTime: string;
  readonly newestEventTime: string;
  /** Whether a digest is to list it. */
  readonly isDigested: boolean;
}

/** How far the log has been made into files. */
export interface SpoolState {
  /** Number of the last batch of files. */
  readonly batch: number;
  /** What the owner of the spool wants to know of it again; JSON. */
  readonly position: unknown;
}

/**
 * What is on its way to the buckets. Files come in batches: a batch is there, with the position it leads to, or it never was.
 * INVARIANT: a file is in no batch whose number is above the state's; what a crash left of such a one is cleared away at the start.
 */
export interface TrailSpool {
  /** The state of the last batch that was committed; undefined before the first. */
  state(): Promise<SpoolState | undefined>;
  /** Writes the files of the next batch, then commits it with its position. */
  commit(
    state: SpoolState,
    files: readonly { readonly about: Spooled; readonly body: Uint8Array }[],
  ): Promise<void>;
  /** The committed files that wait, oldest first. */
  list(): Promise<readonly { readonly name: string; readonly about: Spooled }[]>;
  /** The bytes of a waiting file. */
  read(name: string): Promise<Uint8Array>;
  /** Forgets a file; one that is gone already too. */
  remove(name: string): Promise<void>;
}

const stateName = 'state.json';
const digits = 12;

/** Opens the spool in a directory, which need not be there; one process at a time. */
export async function openTrailSpool(directory: string): Promise<TrailSpool> {
  const statePath = join(directory, stateName);
  const readState = async (): Promise<SpoolState | undefined> => {
    try {
      return JSON.parse(await readFile(statePath, 'utf8')) as SpoolState;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const names = async (): Promise<readonly string[]> => {
    try {
      return (await readdir(directory))
        .filter((name) => /^[0-9]+-[0-9]+\.(json|gz)(\.part)?$/.test(name))
        .sort();
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  };
  /** What a crash or a full disk left of a batch that never was, or of a file that is delivered. */
  const clear = async (): Promise<void> => {
    const committed = (await readState())?.batch ?? 0;
    const present = await names();
    for (const name of present) {
      const [batch] = name.split('-');
      const isWhole = !name.endsWith('.gz') || present.includes(name.replace(/gz$/, 'json'));
      if (name.endsWith('.part') || Number(batch) > committed || !isWhole) await rm(join(directory, name));
    }
  };
  await clear();
  return {
    state: readState,
    async commit(state, files) {
      await clear();
      for (const [index, { about, body }] of files.entries()) {
        const name = `${String(state.batch).padStart(digits, '0')}-${String(index).padStart(6, '0')}`;
        await writeDurably(join(directory, `${name}.gz`), body);
        await writeDurably(join(directory, `${name}.json`), JSON.stringify(about));
      }
      await writeDurably(statePath, JSON.stringify(state));
    },
    async list() {
      const state = await readState();
      const waiting = (await names()).filter(
        (name) => name.endsWith('.json') && Number(name.split('-')[0]) <= (state?.batch ?? 0),
      );
      return await Promise.all(
        waiting.map(async (name) => ({
          name: name.slice(0, -'.json'.length),
          about: JSON.parse(await readFile(join(directory, name), 'utf8')) as Spooled,
        })),
      );
    },
    read: (name) => readFile(join(directory, `${name}.gz`)),
    async remove(name) {
      // First what makes it a waiting file: one whose bytes are gone could not be delivered.
      await rm(join(directory, `${name}.json`), { force: true });
      await rm(join(directory, `${name}.gz`), { force: true });
    },
  };
}
