import { setTimeout } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import {
  type Change,
  type LoggedChange,
  RecordEngineError,
  type Snapshot,
  type StoredRecord,
} from '../engine.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './tables.ts';

/** Where two SQL databases differ. */
export interface Dialect {
  readonly beginRead: string;
  readonly beginWrite: string;
  /** How often a read, or the beginning of a write, is tried that finds the database locked. One, where the database lets them queue. */
  readonly tries: number;
  /** Appended to the select of the head row inside a write. */
  readonly lockHead: boolean;
  /** Run before a commit that wrote something, to wake other processes. */
  readonly announce?: (database: Kysely<Tables>) => Promise<void>;
  /** Run first inside the migration's transaction, to keep other starting nodes out. */
  readonly lockMigration?: (database: Kysely<Tables>) => Promise<void>;
  /** What a driver's error means. */
  readonly readError: (error: unknown) => RecordEngineError;
}

interface Head {
  readonly sequence: number;
  /** The last change that the log has dropped. */
  readonly compacted: number;
}

/** False for one who is behind the log, and for one ahead of a database that was put back to an earlier state. */
function isOnLog(sequence: number, head: Head): boolean {
  return sequence >= head.compacted && sequence <= head.sequence;
}

const tryAgainAfterMs = 10;
const batchSize = 2000;
const rowsPerInsert = 500;
/** The log keeps at least this many changes and all of the last hour. */
const changesKept = 10_000;
const changesKeptMs = 3_600_000;

/** The part of the record engine that every SQL database shares. */
export class SqlRecords {
  readonly #database: Kysely<Tables>;
  readonly #dialect: Dialect;
  #isClosed = false;

  constructor(database: Kysely<Tables>, dialect: Dialect) {
    this.#database = database;
    this.#dialect = dialect;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#database.destroy();
  }

  /** Brings the schema up to date; closes the database when that fails. */
  async migrate(): Promise<void> {
    try {
      await this.#transaction(this.#dialect.beginWrite, async (database) => {
        await this.#dialect.lockMigration?.(database);
        await migrate(database);
      });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  load(): Promise<Snapshot> {
    return this.#transaction(this.#dialect.beginRead, async (database) => {
      const { sequence } = await this.#head(database, false);
      const batches: StoredRecord[][] = [];
      let kind = '';
      let id = '';
      for (;;) {
        const rows = await database
          .selectFrom('records')
          .selectAll()
          .where(sql<boolean>`(kind, id) > (${kind}, ${id})`)
          .orderBy('kind')
          .orderBy('id')
          .limit(batchSize)
          .execute();
        if (rows.length === 0) break;
        batches.push(
          rows.map((row) => ({ kind: row.kind, id: row.id, document: parseDocument(row.document) })),
        );
        const last = rows.at(-1);
        kind = last?.kind ?? '';
        id = last?.id ?? '';
      }
      return { sequence, records: inTurn(batches) };
    });
  }

  changesAfter(sequence: number): Promise<readonly LoggedChange[] | 'too-old'> {
    return this.#transaction(this.#dialect.beginRead, async (database) => {
      const head = await this.#head(database, false);
      return isOnLog(sequence, head) ? this.#missed(database, sequence) : 'too-old';
    });
  }

  append(
    after: number,
    decide: (missed: readonly LoggedChange[]) => readonly Change[],
    now: number,
  ): Promise<number> {
    return this.#transaction(this.#dialect.beginWrite, async (database) => {
      const head = await this.#head(database, this.#dialect.lockHead);
      if (!isOnLog(after, head))
        throw new RecordEngineError('TooOld', 'the change log does not reach back so far');
      const missed = await this.#missed(database, after);
      let changes: readonly Change[];
      try {
        changes = decide(missed);
      } catch (error) {
        throw new Refusal(error);
      }
      if (changes.length === 0) return head.sequence;
      const sequence = head.sequence + changes.length;
      await this.#log(database, head.sequence, changes, now);
      await this.#keep(database, changes);
      const compacted = await this.#compact(database, head.compacted, sequence, now);
      await database.updateTable('head').set({ sequence, compacted }).execute();
      await this.#dialect.announce?.(database);
      return sequence;
    });
  }

  async #head(database: Kysely<Tables>, lock: boolean): Promise<Head> {
    const query = database.selectFrom('head').select(['sequence', 'compacted']);
    const row = await (lock ? query.forUpdate() : query).executeTakeFirstOrThrow();
    return { sequence: Number(row.sequence), compacted: Number(row.compacted) };
  }

  async #missed(database: Kysely<Tables>, after: number): Promise<readonly LoggedChange[]> {
    const rows = await database
      .selectFrom('changes')
      .select(['sequence', 'kind', 'id', 'document'])
      .where('sequence', '>', after)
      .orderBy('sequence')
      .execute();
    return rows.map((row) => ({
      sequence: Number(row.sequence),
      kind: row.kind,
      id: row.id,
      document: row.document === null ? undefined : parseDocument(row.document),
    }));
  }

  async #log(database: Kysely<Tables>, from: number, changes: readonly Change[], at: number): Promise<void> {
    const rows = changes.map(({ kind, id, document }, index) => ({
      sequence: from + index + 1,
      kind,
      id,
      document: document === undefined ? null : JSON.stringify(document),
      at,
    }));
    for (const part of inParts(rows)) await database.insertInto('changes').values(part).execute();
  }

  async #keep(database: Kysely<Tables>, changes: readonly Change[]): Promise<void> {
    // Only the last change of a record counts, and one statement may not touch a row twice.
    const last = new Map(changes.map((change) => [`${change.kind} ${change.id}`, change]));
    const put: { kind: string; id: string; document: string }[] = [];
    for (const { kind, id, document } of last.values()) {
      if (document === undefined) {
        await database.deleteFrom('records').where('kind', '=', kind).where('id', '=', id).execute();
      } else put.push({ kind, id, document: JSON.stringify(document) });
    }
    for (const part of inParts(put)) {
      await database
        .insertInto('records')
        .values(part)
        .onConflict((conflict) =>
          conflict.columns(['kind', 'id']).doUpdateSet((row) => ({ document: row.ref('excluded.document') })),
        )
        .execute();
    }
  }

  /** Now and then drops old changes, so that the log does not grow for ever; returns the last one dropped. */
  async #compact(
    database: Kysely<Tables>,
    compacted: number,
    sequence: number,
    now: number,
  ): Promise<number> {
    if (sequence - compacted < 2 * changesKept) return compacted;
    const upTo = await database
      .selectFrom('changes')
      .select((row) => row.fn.max('sequence').as('sequence'))
      .where('sequence', '<=', sequence - changesKept)
      .where('at', '<', now - changesKeptMs)
      .executeTakeFirst();
    const last = Number(upTo?.sequence ?? 0);
    if (last <= compacted) return compacted;
    await database.deleteFrom('changes').where('sequence', '<=', last).execute();
    return last;
  }

  /**
   * Runs `work` on one connection between begin and commit; rolls back and rethrows what it throws, drivers' errors translated. Tries again
   * while the lock is taken, without holding the connection or the process up meanwhile.
   */
  async #transaction<T>(begin: string, work: (database: Kysely<Tables>) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new RecordEngineError('Unavailable', 'the database is closed');
    for (let tries = 1; ; tries++) {
      let hasBegun = false;
      try {
        return await this.#database.connection().execute(async (database) => {
          await sql.raw(begin).execute(database);
          hasBegun = true;
          return await this.#finish(database, work);
        });
      } catch (error) {
        if (error instanceof Refusal) throw error.reason;
        const meaning = this.#dialect.readError(error);
        const isRepeatable = !hasBegun || begin === this.#dialect.beginRead;
        if (!isRepeatable || meaning.code !== 'Busy' || tries >= this.#dialect.tries) throw meaning;
      }
      await setTimeout(tryAgainAfterMs);
    }
  }

  async #finish<T>(database: Kysely<Tables>, work: (database: Kysely<Tables>) => Promise<T>): Promise<T> {
    try {
      const result = await work(database);
      await sql`commit`.execute(database);
      return result;
    } catch (error) {
      await this.#rollback(database);
      throw error;
    }
  }

  async #rollback(database: Kysely<Tables>): Promise<void> {
    try {
      await sql`rollback`.execute(database);
    } catch (error) {
      // A connection that is gone has rolled back by itself, and a commit that failed has ended its transaction: the first error tells why.
      this.#dialect.readError(error);
    }
  }
}

/** Carries what `decide` threw past the look at the driver's errors, for which it must not be taken whatever its words. */
class Refusal {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

async function* inTurn(batches: readonly StoredRecord[][]): AsyncIterable<readonly StoredRecord[]> {
  yield* batches;
}

function* inParts<T>(rows: readonly T[]): Iterable<readonly T[]> {
  for (let start = 0; start < rows.length; start += rowsPerInsert)
    yield rows.slice(start, start + rowsPerInsert);
}

/** Records are written by `append` alone, always from an object. */
function parseDocument(text: string): object {
  return JSON.parse(text) as object;
}
