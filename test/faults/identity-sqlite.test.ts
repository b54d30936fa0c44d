import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import SQLite from 'better-sqlite3';
import { type IdentityStore, openIdentityStore, openSqliteEngine } from '#stores/identity';
import { create, ids, isFailure, isRefused } from './identity-fixture.ts';

let root = '';
let file = '';
let count = 0;
let stores: IdentityStore[] = [];

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'brevet-identity-faults-'));
});
after(() => rm(root, { recursive: true }));
beforeEach(() => {
  count += 1;
  file = join(root, `${count}.db`);
});
afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
});

async function open(
  limits: { readonly tries?: number; readonly maxPages?: number } = {},
): Promise<IdentityStore> {
  const engine = await openSqliteEngine({ file, ...limits });
  // Some of these tests leave the file in a state in which watching it fails.
  const store = await openIdentityStore(engine, () => {});
  stores.push(store);
  return store;
}

/** Does something to the file over another connection, as another program would. */
function elsewhere<T>(work: (connection: SQLite.Database) => T): T {
  const connection = new SQLite(file);
  try {
    return work(connection);
  } finally {
    connection.close();
  }
}

/** Overwrites bytes of the file behind SQLite's back, once everything has moved there from the WAL. */
function overwrite(position: number, bytes: Buffer): void {
  elsewhere((connection) => connection.pragma('wal_checkpoint(truncate)'));
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, position);
  closeSync(handle);
}

describe('an identity store over a SQLite file', () => {
  test('that nobody else may read', async () => {
    await create(await open(), '1');
    for (const name of [file, `${file}-wal`]) assert.equal(statSync(name).mode & 0o777, 0o600, name);
  });

  test('that another program keeps locked refuses writes as Busy, reads on, and recovers', async () => {
    const store = await open({ tries: 2 });
    await create(store, '1');
    const connection = new SQLite(file);
    connection.exec('begin immediate');
    await isRefused(create(store, '2'), 'Busy');
    assert.deepEqual(ids(store), ['1']);
    await store.refresh();
    connection.exec('rollback');
    connection.close();
    await create(store, '2');
    assert.deepEqual(ids(store), ['1', '2']);
  });

  test('that is locked for a while does not stop the process, and is written as soon as it is free', async () => {
    const store = await open();
    const connection = new SQLite(file);
    connection.exec('begin immediate');
    const writing = create(store, '1');
    await store.refresh();
    assert.deepEqual(ids(store), []);
    connection.exec('commit');
    connection.close();
    await writing;
    assert.deepEqual(ids(store), ['1']);
  });

  test('on a disk that is full refuses writes as Full, keeps what it has, and recovers', async () => {
    const store = await open({ maxPages: 12 });
    const kept: string[] = [];
    const fill = async (): Promise<void> => {
      for (let index = 0; ; index++) {
        const id = `${index}`.padStart(500, '0');
        await create(store, id);
        kept.push(id);
      }
    };
    await isRefused(fill(), 'Full');
    assert.ok(kept.length > 0);
    assert.deepEqual(ids(store), kept);
    const roomier = await open();
    assert.deepEqual(ids(roomier), kept);
    await create(roomier, 'more');
    await store.refresh();
    assert.deepEqual(ids(store), [...kept, 'more']);
  });

  test('that cannot be written refuses writes as ReadOnly, and reads on', async () => {
    const before = await open();
    await create(before, '1');
    await before.close();
    stores = [];
    // A file format that may be read and not written, which stops root as well.
    overwrite(18, Buffer.from([3]));
    const store = await open();
    await isRefused(create(store, '2'), 'ReadOnly');
    await store.refresh();
    assert.deepEqual(ids(store), ['1']);
  });

  for (const table of ['changes', 'records', 'head']) {
    test(`of which the table ${table} takes no change keeps nothing of a write at all`, async () => {
      const store = await open();
      await create(store, '1');
      const event = table === 'head' ? 'update' : 'insert';
      const refuse = `begin select raise(fail, 'no'); end`;
      elsewhere((connection) =>
        connection.exec(`create trigger broken before ${event} on ${table} ${refuse}`),
      );
      await isRefused(create(store, '2'), 'Unavailable');
      elsewhere((connection) => connection.exec('drop trigger broken'));
      assert.deepEqual(ids(store), ['1']);
      assert.deepEqual(ids(await open()), ['1']);
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

  test('that is not a database is not opened, and not touched', async () => {
    writeFileSync(file, 'not a database at all. '.repeat(500));
    await isFailure(openSqliteEngine({ file }), 'Corrupt', 'the file is not a database');
    assert.equal(statSync(file).size, 11_500);
  });

  test('that is a directory, or in none, is not opened', async () => {
    mkdirSync(file);
    for (const place of [file, join(root, 'nowhere', 'x.db')]) {
      await isFailure(
        openSqliteEngine({ file: place }),
        'Unavailable',
        `the database file ${place} cannot be opened`,
      );
    }
  });

  test('that is damaged while it is open serves reads, refuses writes, and says so', async () => {
    const store = await open();
    await create(store, '1');
    overwrite(0, Buffer.alloc(statSync(file).size, 7));
    await isFailure(store.refresh(), 'Corrupt');
    await isRefused(create(store, '2'), 'Corrupt');
    assert.deepEqual(ids(store), ['1']);
    assert.doesNotThrow(() => store.hasNews());
  });

  test('that a newer version has written is not opened, and not touched', async () => {
    await create(await open(), '1');
    elsewhere((connection) => connection.exec('update schema_version set version = 99'));
    await isFailure(
      openSqliteEngine({ file }),
      'NewerSchema',
      'the database has schema 99; this version knows 1',
    );
    const version = elsewhere((connection) =>
      connection.prepare('select version from schema_version').pluck().get(),
    );
    assert.equal(version, 99);
  });

  test('is made once by several that start at the same time', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => open()));
    for (const [index, store] of opened.entries()) await create(store, `${index}`);
    const [first] = opened;
    await first?.refresh();
    assert.deepEqual(first && ids(first), ['0', '1', '2', '3', '4']);
  });
});

describe('an identity store whose process is killed in the middle of writing', () => {
  test('holds every write that was acknowledged, and none by half', async () => {
    const writer = fileURLToPath(new URL('./identity-writer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 300) child.kill('SIGKILL');
    }
    assert.ok(acknowledged.length >= 300);
    const store = await open();
    const found = ids(store);
    assert.deepEqual(
      acknowledged.filter((id) => !found.includes(id)),
      [],
    );
    // Each write made a pair and took the twin of the pair before: every lane has exactly one twin, that of its last pair.
    const lanes = Map.groupBy(found, (id) => id.split('-')[0]);
    assert.equal(lanes.size, 4);
    for (const [lane, members] of lanes) {
      const pairs = members.filter((id) => !id.endsWith('-twin')).length;
      assert.deepEqual(
        members.filter((id) => id.endsWith('-twin')),
        [`${lane}-${pairs - 1}-twin`],
      );
    }
    await create(store, 'after');
  });
});
