import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import pg from 'pg';
import { openPostgresEngine, openSqliteEngine, type RecordEngine } from '#stores/identity';
import {
  compactMemoryDatabase,
  createMemoryDatabase,
  openMemoryEngine,
} from '../../src/stores/identity/engines/memory.ts';
import { startPostgres } from '../postgres-server.ts';

/** An empty database that any number of engines may be opened over, as if each were a process. */
export interface TestDatabase {
  open(): Promise<RecordEngine>;
  /** Drops the whole log, as time and many changes would. */
  compact(): Promise<void>;
}

/** Where one kind of engine keeps its databases while the tests of a file run. */
export interface DatabaseSource {
  createDatabase(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

/** Every kind of engine; what is not here has not been shown to conform. */
export const sources: Readonly<Record<string, () => Promise<DatabaseSource>>> = {
  memory: async () => ({
    async createDatabase() {
      const database = createMemoryDatabase();
      return {
        open: async () => openMemoryEngine(database),
        compact: async () => compactMemoryDatabase(database, 0),
      };
    },
    stop: async () => {},
  }),
  SQLite: openSqliteSource,
  PostgreSQL: openPostgresSource,
};

const dropLog = ['delete from changes', 'update head set compacted = sequence'] as const;

async function openSqliteSource(): Promise<DatabaseSource> {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-identity-'));
  let count = 0;
  return {
    async createDatabase() {
      count += 1;
      const file = join(directory, `${count}.db`);
      return {
        open: () => openSqliteEngine({ file }),
        async compact() {
          const connection = new SQLite(file);
          for (const statement of dropLog) connection.exec(statement);
          connection.close();
        },
      };
    },
    stop: () => rm(directory, { recursive: true }),
  };
}

async function openPostgresSource(): Promise<DatabaseSource> {
  const server = await startPostgres();
  return {
    async createDatabase() {
      const url = await server.createDatabase();
      return {
        open: () => openPostgresEngine({ url }),
        async compact() {
          const client = new pg.Client({ connectionString: url });
          await client.connect();
          for (const statement of dropLog) await client.query(statement);
          await client.end();
        },
      };
    },
    stop: () => server.stop(),
  };
}

/**
 * Resolves as the promise does, or rejects after ten seconds. Keeps the process running meanwhile: what watches a database does not, so
 * that it never holds up a process that wants to end.
 */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('it did not happen within ten seconds')), 10_000);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
