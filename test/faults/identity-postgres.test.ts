import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import {
  type IdentityStore,
  openIdentityStore,
  openPostgresEngine,
  type RecordEngine,
} from '#stores/identity';
import { soon } from '../conformance/identity-databases.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { create, ids, isFailure, isRefused } from './identity-fixture.ts';

let server: PostgresServer;
let url = '';
let stores: IdentityStore[] = [];

before(async () => {
  server = await startPostgres();
});
after(() => server.stop());
beforeEach(async () => {
  url = await server.createDatabase();
});
afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
});

async function open(
  engine?: RecordEngine,
  onWatchError: (error: unknown) => void = () => {},
): Promise<IdentityStore> {
  const store = await openIdentityStore(engine ?? (await openPostgresEngine({ url })), onWatchError);
  stores.push(store);
  return store;
}

/** Runs SQL over a connection of its own, as an operator would. */
async function elsewhere<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // The server may be stopped while this is connected.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const waiting = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

/** Resolves when a session of this database waits for a lock; the server tells nobody, so there is no other way than to ask. */
async function untilOneWaits(client: pg.Client): Promise<void> {
  for (let asked = 0; asked < 5000; asked++) {
    // Within a transaction the view would stay as it was at first.
    await client.query('select pg_stat_clear_snapshot()');
    const found = await client.query(`select 1 ${waiting}`);
    if (found.rowCount !== 0) return;
  }
  throw new Error('no session waits for a lock');
}

describe('an identity store whose PostgreSQL goes away', () => {
  test('reads on from memory, refuses writes, says so, and recovers', async () => {
    const told = Promise.withResolvers<unknown>();
    const store = await open(undefined, told.resolve);
    await create(store, '1');
    await server.takeAway();
    await isRefused(create(store, '2'), 'Unavailable');
    await isFailure(store.refresh(), 'Unavailable', 'the database cannot be reached');
    await isFailure(
      Promise.reject(await soon(told.promise)),
      'Unavailable',
      'the database cannot be reached',
    );
    assert.equal(store.hasNews(), false);
    assert.deepEqual(ids(store), ['1']);
    await server.bringBack();
    await create(store, '2');
    assert.deepEqual(ids(store), ['1', '2']);
  });

  test('follows the others again once it is back', async () => {
    const engine = await openPostgresEngine({ url });
    const learnt = Promise.withResolvers<void>();
    const store = await open({
      ...engine,
      async changesAfter(sequence) {
        const changes = await engine.changesAfter(sequence);
        if (changes.length > 0) learnt.resolve();
        return changes;
      },
    });
    await server.takeAway();
    await isFailure(store.refresh(), 'Unavailable');
    await server.bringBack();
    await create(await open(), '1');
    await soon(learnt.promise);
    await store.refresh();
    assert.deepEqual(ids(store), ['1']);
  });

  test('survives that in the middle of a write, and acknowledges nothing of it', async () => {
    const store = await open();
    await create(store, '1');
    await elsewhere(async (client) => {
      await client.query('begin');
      await client.query('select * from head for update');
      const refused = isRefused(create(store, '2'), 'Unavailable');
      await untilOneWaits(client);
      await server.takeAway();
      await refused;
    });
    assert.deepEqual(ids(store), ['1']);
    await server.bringBack();
    await store.refresh();
    assert.deepEqual(ids(store), ['1']);
    await create(store, '2');
    assert.deepEqual(ids(await open()), ['1', '2']);
  });

  test('acknowledges nothing of a write whose connection breaks in the middle of the commit', async () => {
    const store = await open();
    await create(store, '1');
    await elsewhere(async (client) => {
      await client.query(`
        create function wait() returns trigger language plpgsql as
          $$ begin perform pg_advisory_xact_lock(1); return null; end $$;
        create constraint trigger wait after update on head initially deferred for each row execute function wait()`);
      await client.query('select pg_advisory_lock(1)');
      const refused = isRefused(create(store, '2'), 'Unavailable');
      await untilOneWaits(client);
      await client.query(`select pg_terminate_backend(pid) ${waiting}`);
      await refused;
    });
    assert.deepEqual(ids(store), ['1']);
    await create(store, '2');
    assert.deepEqual(
      [ids(store), ids(await open())],
      [
        ['1', '2'],
        ['1', '2'],
      ],
    );
  });

  test('is not opened while it is away', async () => {
    await server.takeAway();
    await isFailure(openPostgresEngine({ url }), 'Unavailable', 'the database cannot be reached');
    await server.bringBack();
    await create(await open(), '1');
  });

  test('closes while it is away', async () => {
    const store = await open();
    await server.takeAway();
    await store.close();
    stores = [];
    await server.bringBack();
  });
});

describe('an identity store over a PostgreSQL', () => {
  test('that another session keeps locked refuses writes as Busy, reads on, and recovers', async () => {
    const impatient = new URL(url);
    impatient.searchParams.set('lock_timeout', '20');
    const store = await open(await openPostgresEngine({ url: impatient.href }));
    await create(store, '1');
    await elsewhere(async (client) => {
      await client.query('begin');
      await client.query('select * from head for update');
      await isRefused(create(store, '2'), 'Busy');
      await store.refresh();
      assert.deepEqual(ids(store), ['1']);
      await client.query('rollback');
    });
    await create(store, '2');
    assert.deepEqual(ids(store), ['1', '2']);
  });

  test('that has become a replica refuses writes as ReadOnly, and reads on', async () => {
    const store = await open();
    await create(store, '1');
    await elsewhere((client) =>
      client.query(`do $$ begin
        execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`),
    );
    await server.takeAway();
    await server.bringBack();
    await isRefused(create(store, '2'), 'ReadOnly');
    await store.refresh();
    assert.deepEqual(ids(store), ['1']);
  });

  for (const table of ['changes', 'records', 'head']) {
    test(`of which the table ${table} takes no change keeps nothing of a write at all`, async () => {
      const store = await open();
      await create(store, '1');
      await elsewhere((client) =>
        client.query(`
          create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
          create trigger broken before insert or update on ${table} for each row execute function refuse()`),
      );
      await isRefused(create(store, '2'), 'Unavailable');
      assert.deepEqual(ids(await open()), ['1']);
      await elsewhere((client) => client.query(`drop trigger broken on ${table}`));
      await create(store, '3');
      assert.deepEqual(
        [ids(store), ids(await open())],
        [
          ['1', '3'],
          ['1', '3'],
        ],
      );
    });
  }

  test('that a newer version has written is not opened, and not touched', async () => {
    await create(await open(), '1');
    await elsewhere((client) => client.query('update schema_version set version = 99'));
    await isFailure(
      openPostgresEngine({ url }),
      'NewerSchema',
      'the database has schema 99; this version knows 1',
    );
    const { rows } = await elsewhere((client) => client.query('select version from schema_version'));
    assert.deepEqual(rows, [{ version: 99 }]);
  });

  test('is made once by several that start at the same time', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => open()));
    await Promise.all(opened.map((store, index) => create(store, `${index}`)));
    const [first] = opened;
    await first?.refresh();
    assert.deepEqual(first && ids(first), ['0', '1', '2', '3', '4']);
  });
});
