import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { type RecordEngine, RecordEngineError, type RecordEngineErrorCode } from '../engine.ts';
import { type Dialect, SqlRecords } from './sql.ts';
import type { Tables } from './tables.ts';

const connectTimeoutMs = 3000;
const statementTimeoutMs = 5000;
const lookEveryMs = 500;
const reconnectAfterMs = 500;
const channel = 'brevet_changes';
/** Any number will do, as long as it stays the same: the advisory lock that starting nodes queue for. */
const migrationLock = 4_592_001;

const meanings: Readonly<Record<string, readonly [RecordEngineErrorCode, string]>> = {
  '25006': ['ReadOnly', 'the database takes no writes'],
  '53100': ['Full', 'the disk of the database is full'],
  '55P03': ['Busy', 'the database is busy with other writers'],
  '57014': ['Busy', 'the database did not answer in time'],
};

function readError(error: unknown): RecordEngineError {
  if (error instanceof RecordEngineError) return error;
  if (!isDriverError(error)) throw error;
  const [code, message] = meanings[error.code ?? ''] ?? ['Unavailable', 'the database cannot be reached'];
  return new RecordEngineError(code, message, error);
}

/** Errors of the server carry an SQLSTATE, those of the connection a system code, and a few of the driver only a sentence. */
function isDriverError(error: unknown): error is Error & { readonly code?: string } {
  return (
    error instanceof Error &&
    (('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$|^E[A-Z]+$/.test(error.code)) ||
      /connection|timeout|terminat/i.test(error.message))
  );
}

const dialect: Dialect = {
  beginRead: 'begin isolation level repeatable read read only',
  beginWrite: 'begin',
  tries: 1,
  lockHead: true,
  announce: async (database) => {
    await sql`select pg_notify(${channel}, '')`.execute(database);
  },
  lockMigration: async (database) => {
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(database);
  },
  readError,
};

/**
 * The engine for more than one machine. Writers queue for the lock on the head row; a database that is away fails a write within seconds.
 * Rejects with RecordEngineError.
 */
export async function openPostgresEngine(options: { readonly url: string }): Promise<RecordEngine> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: 4,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1000,
    lock_timeout: statementTimeoutMs - 1000,
  });
  // An idle connection that breaks is dropped by the pool; the next query opens another or fails with the reason.
  pool.on('error', () => undefined);
  // One that breaks in the middle of a query fails that query; without a listener the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const records = new SqlRecords(database, dialect);
  await records.migrate();
  return {
    load: () => records.load(),
    changesAfter: (sequence) => records.changesAfter(sequence),
    append: (after, decide) => records.append(after, decide, Date.now()),
    watch: (onNews) => listenForNews(options.url, onNews),
    close: () => records.close(),
  };
}

/** Listens on a connection of its own, comes back when it breaks, and looks regularly in case a notification was lost. */
function listenForNews(url: string, onNews: () => void): () => void {
  let stopped = false;
  let client: pg.Client | undefined;
  const look = (): void => {
    if (!stopped) onNews();
  };
  const connect = async (): Promise<void> => {
    if (stopped) return;
    const next = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
    client = next;
    next.on('notification', look);
    // Every one of them: a second error without a listener would end the process.
    next.on('error', () => void end(next));
    next.once('end', () => setTimeout(() => void connect(), reconnectAfterMs).unref());
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
      look();
    } catch {
      await end(next);
    }
  };
  const end = async (broken: pg.Client): Promise<void> => {
    await broken.end().catch(() => undefined);
  };
  void connect();
  const timer = setInterval(look, lookEveryMs).unref();
  return () => {
    stopped = true;
    clearInterval(timer);
    if (client !== undefined) void end(client);
  };
}
