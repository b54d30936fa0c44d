import { type Kysely, sql } from 'kysely';
import { RecordEngineError } from '../engine.ts';
import type { Tables } from './tables.ts';

type Migration = (database: Kysely<Tables>) => Promise<void>;

/** In order, each run once. What is here is never changed: a correction is a further migration. */
const migrations: readonly Migration[] = [
  async (database) => {
    await database.schema
      .createTable('records')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('records_key', ['kind', 'id'])
      .execute();
    await database.schema
      .createTable('changes')
      .addColumn('sequence', 'bigint', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('document', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('head')
      .addColumn('one', 'integer', (column) => column.primaryKey())
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('compacted', 'bigint', (column) => column.notNull())
      .execute();
    await database.insertInto('head').values({ one: 1, sequence: 0, compacted: 0 }).execute();
  },
];

/**
 * Brings the schema up to date. Runs inside the transaction of the caller, who holds the lock that keeps other starting nodes out.
 * Throws RecordEngineError NewerSchema when a newer version of Brevet has written this database.
 */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  await sql`create table if not exists schema_version (one integer primary key, version integer not null)`.execute(
    database,
  );
  const row = await database.selectFrom('schema_version').select('version').executeTakeFirst();
  const present = row?.version ?? 0;
  if (present > migrations.length) {
    throw new RecordEngineError(
      'NewerSchema',
      `the database has schema ${present}; this version knows ${migrations.length}`,
    );
  }
  for (const migration of migrations.slice(present)) await migration(database);
  const version = migrations.length;
  if (row === undefined) await database.insertInto('schema_version').values({ one: 1, version }).execute();
  else if (present < version) await database.updateTable('schema_version').set({ version }).execute();
}
