import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Change, LoggedChange, RecordEngine } from '#stores/identity';
import { RecordEngineError } from '#stores/identity';
import { type DatabaseSource, soon, sources, type TestDatabase } from './identity-databases.ts';

function put(id: string, document: object = { id }, kind = 'user'): Change {
  return { kind, id, document };
}

function gone(id: string): Change {
  return { kind: 'user', id, document: undefined };
}

function numbered(changes: readonly Change[], first = 1): LoggedChange[] {
  return changes.map((change, index) => ({ sequence: first + index, ...change }));
}

async function contents(
  engine: RecordEngine,
): Promise<{ sequence: number; records: Record<string, object> }> {
  const { sequence, records } = await engine.load();
  const found: Record<string, object> = {};
  for await (const batch of records) {
    for (const { kind, id, document } of batch) found[`${kind} ${id}`] = document;
  }
  return { sequence, records: found };
}

async function isTooOld(appending: Promise<number>): Promise<void> {
  await assert.rejects(appending, (error) => {
    assert.ok(error instanceof RecordEngineError);
    assert.equal(error.code, 'TooOld');
    return true;
  });
}

for (const [name, openSource] of Object.entries(sources)) {
  describe(`the ${name} engine`, () => {
    let source: DatabaseSource;
    let database: TestDatabase;
    let engine: RecordEngine;
    let other: RecordEngine;
    before(async () => {
      source = await openSource();
    });
    after(() => source.stop());
    beforeEach(async () => {
      database = await source.createDatabase();
      engine = await database.open();
      other = await database.open();
    });
    afterEach(async () => {
      await Promise.all([engine.close(), other.close()]);
    });

    test('loads nothing from an empty database', async () => {
      assert.deepEqual(await contents(engine), { sequence: 0, records: {} });
      assert.deepEqual(await engine.changesAfter(0), []);
    });

    test('numbers changes in the order they were appended and hands them out in it', async () => {
      const first = [put('b'), put('a')];
      const second = [gone('b'), put('a', { id: 'a', at: 2 })];
      assert.equal(await engine.append(0, () => first), 2);
      assert.equal(await other.append(2, () => second), 4);
      assert.deepEqual(await engine.changesAfter(0), numbered([...first, ...second]));
      assert.deepEqual(await other.changesAfter(3), numbered(second.slice(1), 4));
      assert.deepEqual(await engine.changesAfter(4), []);
    });

    test('keeps the last change of every record, also of a record changed twice at once', async () => {
      await engine.append(0, () => [put('a'), put('b'), put('c')]);
      await engine.append(3, () => [
        put('a', { at: 1 }),
        gone('a'),
        put('a', { at: 3 }),
        put('b'),
        gone('b'),
      ]);
      assert.deepEqual(await contents(other), {
        sequence: 8,
        records: { 'user a': { at: 3 }, 'user c': { id: 'c' } },
      });
    });

    test('keeps records of different kinds with one id apart', async () => {
      await engine.append(0, () => [put('a', { of: 'user' }), put('a', { of: 'role' }, 'role')]);
      await engine.append(2, () => [gone('a')]);
      assert.deepEqual((await contents(engine)).records, { 'role a': { of: 'role' } });
    });

    test('keeps every character of a document', async () => {
      const document = { text: `'"\\ \n é 名 😀 {}`, 'a.b': [1, 1.5, true, null, { empty: {} }] };
      await engine.append(0, () => [put("o'; drop table records; --", document)]);
      assert.deepEqual((await contents(other)).records, { "user o'; drop table records; --": document });
    });

    test('takes more changes at once than one statement of SQL can', async () => {
      const changes = Array.from({ length: 4500 }, (_, index) => put(`${index}`));
      assert.equal(await engine.append(0, () => changes), 4500);
      assert.deepEqual(await other.changesAfter(0), numbered(changes));
      assert.equal(Object.keys((await contents(other)).records).length, 4500);
    });

    test('shows decide what was written since, and nothing from before', async () => {
      await engine.append(0, () => [put('a')]);
      await other.append(1, () => [put('b'), gone('a')]);
      const seen: LoggedChange[] = [];
      await engine.append(1, (missed) => {
        seen.push(...missed);
        return [];
      });
      assert.deepEqual(seen, numbered([put('b'), gone('a')], 2));
    });

    test('writes nothing for an empty list and resolves with the last place there is', async () => {
      await engine.append(0, () => [put('a')]);
      assert.equal(await other.append(0, () => []), 1);
      assert.deepEqual(await engine.changesAfter(0), numbered([put('a')]));
    });

    // The words of the second are those that a database driver uses for its own errors.
    for (const refusal of [new Error('refused'), new Error('connection timeout: terminated')]) {
      test(`keeps nothing when decide throws "${refusal.message}", and rethrows that very error`, async () => {
        await engine.append(0, () => [put('a')]);
        const refuse = (): readonly Change[] => {
          throw refusal;
        };
        await assert.rejects(engine.append(1, refuse), (error) => error === refusal);
        assert.deepEqual(await contents(other), { sequence: 1, records: { 'user a': { id: 'a' } } });
        assert.equal(await engine.append(1, () => [put('b')]), 2);
      });
    }

    test('lets writers in one at a time, each seeing all that the others wrote', async () => {
      const seen: string[][] = [];
      const writing = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? engine : other).append(0, (missed) => {
          seen.push(missed.map((change) => change.id));
          return [put(`${index}`)];
        }),
      );
      const places = await Promise.all(writing);
      assert.deepEqual(
        places.toSorted((left, right) => left - right),
        places.map((_, index) => index + 1),
      );
      const order = (await engine.changesAfter(0)) as readonly LoggedChange[];
      assert.deepEqual(
        seen.toSorted((left, right) => left.length - right.length),
        order.map((_, index) => order.slice(0, index).map((change) => change.id)),
      );
    });

    test('loads a snapshot that a later write does not reach into', async () => {
      await engine.append(0, () => [put('a')]);
      const { sequence, records } = await engine.load();
      await other.append(1, () => [put('b'), gone('a')]);
      const ids: string[] = [];
      for await (const batch of records) ids.push(...batch.map((record) => record.id));
      assert.deepEqual([sequence, ids], [1, ['a']]);
    });

    test('says that its log is too old only to those who need what was dropped', async () => {
      await engine.append(0, () => [put('a'), put('b')]);
      await database.compact();
      assert.equal(await engine.changesAfter(0), 'too-old');
      assert.equal(await engine.changesAfter(1), 'too-old');
      assert.deepEqual(await engine.changesAfter(2), []);
      let isAsked = false;
      await isTooOld(
        engine.append(1, () => {
          isAsked = true;
          return [put('c')];
        }),
      );
      assert.equal(isAsked, false);
      assert.equal(await engine.append(2, () => [put('c')]), 3);
      assert.deepEqual(await other.changesAfter(2), numbered([put('c')], 3));
      assert.deepEqual(Object.keys((await contents(other)).records), ['user a', 'user b', 'user c']);
    });

    test('sends back to load whoever is ahead of it, as after a restored backup', async () => {
      await engine.append(0, () => [put('a')]);
      assert.equal(await engine.changesAfter(2), 'too-old');
      await isTooOld(engine.append(2, () => [put('b')]));
      assert.equal((await contents(engine)).sequence, 1);
    });

    test('has news when another engine has written, until it has looked, and none of its own', async () => {
      if (engine.hasNews === undefined) return assert.notEqual(name, 'SQLite');
      await engine.append(0, () => [put('a')]);
      await engine.changesAfter(0);
      assert.equal(engine.hasNews(1), false);
      await other.append(1, () => [put('b')]);
      assert.equal(engine.hasNews(1), true);
      assert.deepEqual(await engine.changesAfter(1), numbered([put('b')], 2));
      assert.equal(engine.hasNews(2), false);
      await other.append(2, () => [put('c')]);
      assert.equal(engine.hasNews(2), true);
      await engine.load();
      assert.equal(engine.hasNews(3), false);
    });

    test('calls back a watcher when another engine has written, and not once it has stopped', async () => {
      let calls = 0;
      const news = Promise.withResolvers<void>();
      const unwatch = engine.watch(() => {
        calls += 1;
        void engine.changesAfter(0).then((changes) => {
          if (changes.length > 0) news.resolve();
        });
      });
      await other.append(0, () => [put('a')]);
      await soon(news.promise);
      unwatch();
      const before = calls;
      await other.append(1, () => [put('b')]);
      await engine.changesAfter(0);
      assert.equal(calls, before);
    });

    test('refuses everything with Unavailable once it is closed', async () => {
      const closed = await database.open();
      await closed.close();
      const attempts = [
        () => closed.load(),
        () => closed.changesAfter(0),
        () => closed.append(0, () => [put('a')]),
      ];
      for (const attempt of attempts) {
        await assert.rejects(attempt, (error) => {
          assert.ok(error instanceof RecordEngineError, `${error}`);
          assert.equal(error.code, 'Unavailable');
          return true;
        });
      }
      assert.equal((await contents(engine)).sequence, 0);
    });

    test('finds everything again when it is opened anew', async () => {
      await engine.append(0, () => [put('a')]);
      const again = await database.open();
      assert.deepEqual(await contents(again), { sequence: 1, records: { 'user a': { id: 'a' } } });
      await again.close();
    });
  });
}
