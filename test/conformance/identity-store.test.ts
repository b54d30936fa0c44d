import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { AccountId, UniqueId } from '#core/identifiers';
import { type IdentityStore, openIdentityStore, type UserDocument } from '#stores/identity';
import { type DatabaseSource, soon, sources, type TestDatabase } from './identity-databases.ts';

const account = '111122223333' as AccountId;

function user(name: string, id = `AIDA${name}`): UserDocument {
  const lists = { inlinePolicies: {}, attachedPolicies: [], tags: [], groups: [] };
  return { id: id as UniqueId, account, name, path: '/', createdAt: 0, ...lists };
}

function names(store: IdentityStore): string[] {
  return store.state
    .all('user')
    .list(account)
    .map((found) => found.name);
}

function create(store: IdentityStore, document: UserDocument): Promise<void> {
  return store.write(({ state, put }) => {
    if (state.all('user').named(account, document.name) !== undefined) throw new Error('name taken');
    put('user', document);
  });
}

const failOnNews = (error: unknown): never => {
  throw error;
};

for (const [name, openSource] of Object.entries(sources)) {
  describe(`the identity store over ${name}`, () => {
    let source: DatabaseSource;
    let database: TestDatabase;
    let store: IdentityStore;
    let other: IdentityStore;
    const open = async (): Promise<IdentityStore> => openIdentityStore(await database.open(), failOnNews);
    before(async () => {
      source = await openSource();
    });
    after(() => source.stop());
    beforeEach(async () => {
      database = await source.createDatabase();
      store = await open();
      other = await open();
    });
    afterEach(async () => {
      await Promise.all([store.close(), other.close()]);
    });

    test('opens empty, and later with everything that was written', async () => {
      assert.deepEqual(names(store), []);
      await store.write(({ put }) => {
        put('user', user('a'));
        put('user', user('b'));
      });
      await store.write((transaction) => transaction.delete('user', 'AIDAa'));
      const again = await open();
      assert.deepEqual(again.state.all('user').get('AIDAb'), user('b'));
      assert.deepEqual(names(again), ['b']);
      await again.close();
    });

    test('resolves with what the write returned, and reads its own writes at once', async () => {
      assert.equal(await store.write(({ put }) => put('user', user('a')) ?? 'made'), 'made');
      assert.deepEqual(names(store), ['a']);
    });

    test('shows a write its own changes, and no reader before they are durable', async () => {
      const writing = store.write(({ state, put }) => {
        put('user', user('a'));
        return state.all('user').named(account, 'A')?.id;
      });
      assert.deepEqual(names(store), []);
      assert.equal(await writing, 'AIDAa');
      assert.deepEqual(names(store), ['a']);
    });

    test('keeps nothing of a write that throws, and rethrows that very error', async () => {
      await create(store, user('a'));
      const refusal = new Error('connection refused by the caller');
      const refused = store.write((transaction) => {
        transaction.put('user', user('b'));
        transaction.delete('user', 'AIDAa');
        throw refusal;
      });
      await assert.rejects(refused, (error) => error === refusal);
      await other.refresh();
      assert.deepEqual([names(store), names(other)], [['a'], ['a']]);
    });

    test('keeps the other writes of a group of which one throws', async () => {
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'B', 'c'].map((letter) => create(store, user(letter, `AIDA-${letter}`))),
      );
      assert.deepEqual(
        outcomes.map((outcome) => outcome.status),
        ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
      );
      await other.refresh();
      assert.deepEqual(
        [names(store), names(other)],
        [
          ['a', 'b', 'c'],
          ['a', 'b', 'c'],
        ],
      );
    });

    test('shows what another store wrote after a refresh', async () => {
      await create(other, user('a'));
      await store.refresh();
      assert.deepEqual(names(store), ['a']);
      await other.write((transaction) => transaction.delete('user', 'AIDAa'));
      await store.refresh();
      assert.deepEqual(names(store), []);
      assert.equal(store.hasNews(), false);
    });

    test('shows a write what another store wrote, without a refresh', async () => {
      await create(other, user('a'));
      const seen = await store.write(({ state }) => state.all('user').get('AIDAa')?.name);
      assert.equal(seen, 'a');
      assert.deepEqual(names(store), ['a']);
    });

    test('learns of another store by itself', async () => {
      const engine = await database.open();
      const learnt = Promise.withResolvers<void>();
      const watching = await openIdentityStore(
        {
          ...engine,
          async changesAfter(sequence) {
            const changes = await engine.changesAfter(sequence);
            if (changes.length > 0) learnt.resolve();
            return changes;
          },
        },
        failOnNews,
      );
      await create(store, user('a'));
      await soon(learnt.promise);
      await watching.refresh();
      assert.deepEqual(names(watching), ['a']);
      await watching.close();
    });

    test('gives a name once when two stores want it at the same time', async () => {
      const creating = Array.from({ length: 20 }, (_, index) =>
        create(index % 2 === 0 ? store : other, user(index % 4 < 2 ? 'same' : 'SAME', `AIDA${index}`)),
      );
      const outcomes = await Promise.allSettled(creating);
      assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.equal(outcome.reason.message, 'name taken');
      }
      await Promise.all([store.refresh(), other.refresh()]);
      assert.equal(names(store).length, 1);
      assert.deepEqual(names(store), names(other));
    });

    test('does not go over a quota when two stores fill it at the same time', async () => {
      const quota = 7;
      const creating = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? store : other).write(({ state, put }) => {
          if (state.all('user').count(account) >= quota) throw new Error('quota reached');
          put('user', user(`u${index}`));
        }),
      );
      const outcomes = await Promise.allSettled(creating);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(outcomes.length - refused.length, quota);
      for (const { reason } of refused) assert.equal(reason.message, 'quota reached');
      await Promise.all([store.refresh(), other.refresh()]);
      assert.deepEqual([names(store).length, names(store)], [quota, names(other)]);
    });

    test('loads again when the log no longer reaches back to what it knows', async () => {
      await create(other, user('a'));
      await database.compact();
      await store.refresh();
      assert.deepEqual(names(store), ['a']);
    });

    test('loads again before a write when the log no longer reaches back, and checks against what it loaded', async () => {
      await create(other, user('a'));
      await create(other, user('b'));
      await database.compact();
      await assert.rejects(create(store, user('A')), { message: 'name taken' });
      await create(store, user('c'));
      assert.deepEqual(names(store), ['a', 'b', 'c']);
      await other.refresh();
      assert.deepEqual(names(other), ['a', 'b', 'c']);
    });

    test('leaves records of a kind that it does not know to the newer version that wrote them', async () => {
      const newer = await database.open();
      const unknown = { kind: 'robot', id: 'r', document: { id: 'r', account, name: 'r' } };
      await newer.append(0, () => [unknown, { kind: 'constructor', id: 'c', document: { id: 'c' } }]);
      await create(store, user('a'));
      const again = await open();
      assert.deepEqual([names(store), names(again)], [['a'], ['a']]);
      const { sequence, records } = await newer.load();
      const kept: object[] = [];
      for await (const batch of records) kept.push(...batch.filter((record) => record.kind === 'robot'));
      assert.deepEqual([sequence, kept], [3, [unknown]]);
      await Promise.all([newer.close(), again.close()]);
    });

    test('finishes what was being written before it closes', async () => {
      const closing = await open();
      const writing = create(closing, user('a'));
      await closing.close();
      await writing;
      await store.refresh();
      assert.deepEqual(names(store), ['a']);
    });
  });
}
