import { chmodSync, closeSync, openSync } from 'node:fs';
import SQLite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { type RecordEngine, RecordEngineError, type RecordEngineErrorCode } from '../engine.ts';
import { type Dialect, SqlRecords } from './sql.ts';
import type { Tables } from './tables.ts';

/** SQLite waits for a lock by stopping the whole process, so it waits briefly; a write is begun again instead, for some five seconds. */
const busyTimeoutMs = 10;
const triesByDefault = 250;
/** While opening there is nothing else to hold up. */
const openingTimeoutMs = 5000;
const lookEveryMs = 200;

/** Messages by the beginning of SQLite's result code. */
const meanings: readonly (readonly [prefix: string, code: RecordEngineErrorCode, message: string])[] = [
  ['SQLITE_BUSY', 'Busy', 'the database file is locked by another process'],
  ['SQLITE_LOCKED', 'Busy', 'the database file is locked by another process'],
  ['SQLITE_FULL', 'Full', 'the disk of the database file is full'],
  ['SQLITE_READONLY', 'ReadOnly', 'the database file cannot be written'],
  ['SQLITE_CORRUPT', 'Corrupt', 'the database file is damaged'],
  ['SQLITE_NOTADB', 'Corrupt', 'the file is not a database'],
];

function readError(error: unknown): RecordEngineError {
  if (!(error instanceof SQLite.SqliteError)) throw error;
  const meaning = meanings.find(([prefix]) => error.code.startsWith(prefix));
  return meaning === undefined
    ? new RecordEngineError('Unavailable', 'the database file cannot be used', error)
    : new RecordEngineError(meaning[1], meaning[2], error);
}

const dialect: Omit<Dialect, 'tries'> = {
  beginRead: 'begin',
  beginWrite: 'begin immediate',
  lockHead: false,
  readError,
};

export interface SqliteOptions {
  readonly file: string;
  /** How often a locked file is tried, some 20 ms apart, before giving up with Busy. */
  readonly tries?: number;
  /** Pages of 4 KiB beyond which the file does not grow: a write then fails with Full. */
  readonly maxPages?: number;
}

/**
 * The embedded engine: one file, shared by the processes of one machine. Every commit is on disk before it is acknowledged
 * (WAL, `synchronous=FULL`). Rejects with RecordEngineError when the file cannot be opened or is not a database.
 */
export async function openSqliteEngine(options: SqliteOptions): Promise<RecordEngine> {
  const connection = connect(options);
  const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: connection }) });
  const records = new SqlRecords(database, { ...dialect, tries: options.tries ?? triesByDefault });
  await records.migrate();
  const dataVersion = connection.prepare('pragma data_version').pluck();
  /** The number that changes when another process writes; undefined when the file cannot be read. */
  const version = (): unknown => {
    try {
      return dataVersion.get();
    } catch {
      return undefined;
    }
  };
  let seenVersion = version();
  // The version is read before the query: a write that comes in between is then news again. It counts as seen only once the query
  // has succeeded: news that could not be read is still news.
  const look = async <T>(read: () => Promise<T>): Promise<T> => {
    const present = version();
    const found = await read();
    seenVersion = present;
    return found;
  };
  return {
    load: () => look(() => records.load()),
    changesAfter: (sequence) => look(() => records.changesAfter(sequence)),
    append: (after, decide) => records.append(after, decide, Date.now()),
    hasNews() {
      const present = version();
      return present !== undefined && present !== seenVersion;
    },
    watch(onNews) {
      const timer = setInterval(() => {
        // Also when the file cannot be read: whoever then reads it learns why.
        if (version() !== seenVersion) onNews();
      }, lookEveryMs).unref();
      return () => clearInterval(timer);
    },
    close: () => records.close(),
  };
}

function connect({ file, maxPages }: SqliteOptions): SQLite.Database {
  try {
    // The file is made before SQLite opens it, so that it is never readable by others; its WAL takes the same mode.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const connection = new SQLite(file, { timeout: openingTimeoutMs });
    connection.pragma('journal_mode = wal');
    connection.pragma('synchronous = full');
    connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
    if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`);
    return connection;
  } catch (error) {
    if (error instanceof SQLite.SqliteError) throw readError(error);
    throw new RecordEngineError('Unavailable', `the database file ${file} cannot be opened`, error);
  }
}
