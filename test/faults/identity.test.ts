import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import {
  createMemoryDatabase,
  type IdentityStore,
  openIdentityStore,
  openMemoryEngine,
  type RecordEngine,
  RecordEngineError,
} from '#stores/identity';
import { create, ids, isRefused, remove } from './identity-fixture.ts';

type When = 'before' | 'during' | 'after';

/** An engine that fails its nth append: before it asks what to write, before it writes it, or after, as when the answer to a commit is lost. */
function failNth(engine: RecordEngine, nth: number, when: When): RecordEngine {
  let calls = 0;
  return {
    ...engine,
    async append(after, decide) {
      calls += 1;
      const failure = new RecordEngineError('Unavailable', 'the database cannot be reached');
      if (calls === nth && when === 'before') throw failure;
      const isFailing = calls === nth;
      const sequence = await engine.append(after, (missed) => {
        const changes = decide(missed);
        if (isFailing && when === 'during') throw failure;
        return changes;
      });
      if (isFailing) throw failure;
      return sequence;
    },
  };
}

const failOnNews = (error: unknown): never => {
  throw error;
};

describe('an identity store whose engine fails a write', () => {
  const all = ['1', '2', '3', '4'];
  let open: (nth: number, when: When) => Promise<IdentityStore>;
  let other: IdentityStore;
  beforeEach(async () => {
    const database = createMemoryDatabase();
    other = await openIdentityStore(openMemoryEngine(database), failOnNews);
    open = (nth, when) => openIdentityStore(failNth(openMemoryEngine(database), nth, when), failOnNews);
  });

  for (const [index, id] of all.entries()) {
    for (const when of ['before', 'during'] as const) {
      test(`acknowledges and shows nothing of write ${id} when it fails ${when} the append, and keeps all the others`, async () => {
        const store = await open(index + 1, when);
        for (const next of all) {
          if (next === id) {
            const before = ids(store);
            await isRefused(create(store, next), 'Unavailable');
            assert.deepEqual(ids(store), before);
          } else await create(store, next);
        }
        const kept = all.filter((one) => one !== id);
        await other.refresh();
        assert.deepEqual([ids(store), ids(other)], [kept, kept]);
        await create(store, id);
        assert.deepEqual(ids(store), all);
      });
    }

    test(`does not show write ${id} before it knows that it was kept, nor makes it twice`, async () => {
      const store = await open(index + 1, 'after');
      for (const done of all.slice(0, index)) await create(store, done);
      await isRefused(create(store, id), 'Unavailable');
      assert.deepEqual(ids(store), all.slice(0, index));
      await assert.rejects(create(store, id), { message: 'taken' });
      assert.deepEqual(ids(store), all.slice(0, index + 1));
    });
  }

  test('refuses every write of a group whose commit fails, also one refused for what another of them did', async () => {
    const store = await open(2, 'during');
    // The first is under way while the others queue: they are one group.
    const group = [
      create(store, '1'),
      isRefused(remove(store, '1'), 'Unavailable'),
      isRefused(remove(store, '1'), 'Unavailable'),
      isRefused(create(store, '2'), 'Unavailable'),
    ];
    await Promise.all(group);
    assert.deepEqual(ids(store), ['1']);
    await remove(store, '1');
    await assert.rejects(remove(store, '1'), { message: 'missing' });
  });

  test('tells a refusal as the refusal it is when there was nothing to commit', async () => {
    const store = await open(2, 'after');
    await create(store, '1');
    await assert.rejects(create(store, '1'), { message: 'taken' });
  });

  test('takes writes that were queued behind one that failed', async () => {
    const store = await open(1, 'before');
    const first = create(store, '1');
    const failing = isRefused(first, 'Unavailable');
    const second = first.catch(() => create(store, '2'));
    await Promise.all([failing, second]);
    assert.deepEqual(ids(store), ['2']);
  });

  test('does not open when the engine cannot load', async () => {
    const failure = new RecordEngineError('Corrupt', 'the database file is damaged');
    const engine = { ...openMemoryEngine(createMemoryDatabase()), load: () => Promise.reject(failure) };
    await assert.rejects(openIdentityStore(engine, failOnNews), (error) => error === failure);
  });
});
