import type { Change, LoggedChange, RecordEngine, Snapshot, StoredRecord } from '../engine.ts';
import { RecordEngineError } from '../engine.ts';

/** What engines in memory share: the records, the log, and whoever watches. */
export interface MemoryDatabase {
  readonly records: Map<string, StoredRecord>;
  readonly log: LoggedChange[];
  readonly watchers: Set<() => void>;
  sequence: number;
  lock: Promise<unknown>;
}

export function createMemoryDatabase(): MemoryDatabase {
  return { records: new Map(), log: [], watchers: new Set(), sequence: 0, lock: Promise.resolve() };
}

/** Drops the oldest changes, as the other engines do when their log grows long. */
export function compactMemoryDatabase(database: MemoryDatabase, keep: number): void {
  database.log.splice(0, Math.max(0, database.log.length - keep));
}

/** An engine for tests: several over one database behave like several processes. Documents go through JSON, as in the others. */
export function openMemoryEngine(database: MemoryDatabase): RecordEngine {
  let isOpen = true;
  const own = new Set<() => void>();
  const checkOpen = (): void => {
    if (!isOpen) throw new RecordEngineError('Unavailable', 'the database is closed');
  };
  const changesAfter = (sequence: number): readonly LoggedChange[] | 'too-old' => {
    const first = database.log[0]?.sequence ?? database.sequence + 1;
    const isOnLog = sequence >= first - 1 && sequence <= database.sequence;
    return isOnLog ? database.log.filter((change) => change.sequence > sequence) : 'too-old';
  };
  const appendNow = (
    after: number,
    decide: (missed: readonly LoggedChange[]) => readonly Change[],
  ): number => {
    checkOpen();
    const missed = changesAfter(after);
    if (missed === 'too-old') throw new RecordEngineError('TooOld', 'the log does not reach back so far');
    for (const change of decide(missed)) write(database, change);
    return database.sequence;
  };
  return {
    async load(): Promise<Snapshot> {
      checkOpen();
      const records = [...database.records.values()];
      return {
        sequence: database.sequence,
        records: (async function* () {
          yield records;
        })(),
      };
    },
    async changesAfter(sequence) {
      checkOpen();
      return changesAfter(sequence);
    },
    append(after, decide) {
      const done = database.lock.then(() => appendNow(after, decide));
      database.lock = done.catch(() => undefined);
      return done.then((sequence) => {
        for (const watcher of database.watchers) if (!own.has(watcher)) watcher();
        return sequence;
      });
    },
    watch(onNews) {
      database.watchers.add(onNews);
      own.add(onNews);
      return () => {
        database.watchers.delete(onNews);
        own.delete(onNews);
      };
    },
    async close() {
      isOpen = false;
    },
  };
}

function write(database: MemoryDatabase, { kind, id, document }: Change): void {
  const copy = document === undefined ? undefined : (JSON.parse(JSON.stringify(document)) as object);
  database.sequence += 1;
  database.log.push({ sequence: database.sequence, kind, id, document: copy });
  const key = `${kind} ${id}`;
  if (copy === undefined) database.records.delete(key);
  else database.records.set(key, { kind, id, document: copy });
}
