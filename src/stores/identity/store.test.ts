import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { AccountId } from '#core/identifiers';
import type { AccountDocument } from './documents.ts';
import type { RecordEngine } from './engine.ts';
import {
  compactMemoryDatabase,
  createMemoryDatabase,
  type MemoryDatabase,
  openMemoryEngine,
} from './engines/memory.ts';
import { type IdentityStore, type News, openIdentityStore } from './store.ts';

/** Holds back the answers of an engine's reads, so that a test decides what happens before they arrive. */
class SlowEngine implements RecordEngine {
  readonly #engine: RecordEngine;
  readonly append: RecordEngine['append'];
  /** What each held answer waits for, oldest first. */
  readonly held: PromiseWithResolvers<void>[] = [];
  isSlow = false;
  isClosed = false;
  onNews: () => void = () => {};

  constructor(database: MemoryDatabase) {
    this.#engine = openMemoryEngine(database);
    this.append = this.#engine.append;
  }

  load: RecordEngine['load'] = () => this.#hold(this.#engine.load());

  changesAfter: RecordEngine['changesAfter'] = (sequence) => this.#hold(this.#engine.changesAfter(sequence));

  watch(onNews: () => void): () => void {
    this.onNews = onNews;
    return () => {
      this.onNews = () => {};
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.#engine.close();
  }

  release(): void {
    this.held.shift()?.resolve();
  }

  async #hold<T>(answer: Promise<T>): Promise<T> {
    if (!this.isSlow) return answer;
    const gate = Promise.withResolvers<void>();
    this.held.push(gate);
    const found = await answer;
    await gate.promise;
    return found;
  }
}

function account(id: string): AccountDocument {
  return { id: id as AccountId, name: id, email: `${id}@example.com`, createdAt: 0 };
}

let database: MemoryDatabase;
let engine: SlowEngine;
let store: IdentityStore;
let other: IdentityStore;
let watchErrors: unknown[];

function add(to: IdentityStore, id: string): Promise<void> {
  return to.write(({ put }) => put('account', account(id)));
}

function ids(): string[] {
  return [...store.state.all('account').values()].map((found) => found.id).sort();
}

/** Lets everything run that waits for nothing but promises. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

beforeEach(async () => {
  database = createMemoryDatabase();
  engine = new SlowEngine(database);
  watchErrors = [];
  store = await openIdentityStore(engine, (error) => watchErrors.push(error));
  other = await openIdentityStore(openMemoryEngine(database), (error) => watchErrors.push(error));
});

describe('an identity store whose engine is slow', () => {
  test('does not take a refresh for done that looked before the caller asked', async () => {
    engine.isSlow = true;
    const early = store.refresh();
    await settle();
    await add(other, '1');
    const late = Promise.all([store.refresh(), store.refresh()]);
    engine.release();
    await early;
    assert.deepEqual(ids(), []);
    await settle();
    assert.equal(engine.held.length, 1, 'those who came late share one look');
    engine.release();
    await late;
    assert.deepEqual(ids(), ['1']);
  });

  test('refreshes again for those who came late, also when the one before fails', async () => {
    engine.isSlow = true;
    const early = store.refresh();
    await settle();
    const late = store.refresh();
    engine.held.shift()?.reject(new Error('away'));
    await assert.rejects(early, { message: 'away' });
    await settle();
    engine.release();
    await late;
  });

  test('applies a change once that a refresh and a write both learn of', async () => {
    await add(other, '1');
    engine.isSlow = true;
    const refreshing = store.refresh();
    await settle();
    await add(store, '2');
    const before = store.state.all('account').get('1' as AccountId);
    engine.release();
    await refreshing;
    assert.deepEqual(ids(), ['1', '2']);
    assert.equal(store.state.all('account').get('1' as AccountId), before);
  });

  test('does not go back to a snapshot that is older than a write acknowledged meanwhile', async () => {
    await add(other, '1');
    compactMemoryDatabase(database, 0);
    engine.isSlow = true;
    const refreshing = store.refresh();
    await settle();
    engine.release();
    await settle();
    assert.equal(engine.held.length, 1, 'the refresh loads');
    engine.isSlow = false;
    await add(store, '2');
    assert.deepEqual(ids(), ['1', '2']);
    engine.release();
    await refreshing;
    assert.deepEqual(ids(), ['1', '2']);
  });

  test('goes back with a database that was put back to an earlier state', async () => {
    await add(store, '1');
    await add(store, '2');
    database.sequence = 1;
    database.log.length = 1;
    database.records.delete('account 2');
    await store.refresh();
    assert.deepEqual(ids(), ['1']);
    await add(store, '3');
    assert.deepEqual(ids(), ['1', '3']);
  });

  test('closes the engine only when no refresh is under way', async () => {
    engine.isSlow = true;
    engine.onNews();
    engine.onNews();
    const closing = store.close();
    await settle();
    assert.equal(engine.isClosed, false);
    engine.release();
    await settle();
    assert.equal(engine.isClosed, false);
    engine.release();
    await closing;
    assert.deepEqual([engine.isClosed, watchErrors], [true, []]);
  });

  test('tells whoever watches when a refresh fails, and follows on', async () => {
    engine.isSlow = true;
    engine.onNews();
    await settle();
    const failure = new Error('away');
    engine.held.shift()?.reject(failure);
    await settle();
    assert.deepEqual(watchErrors, [failure]);
    engine.isSlow = false;
    await add(other, '1');
    engine.onNews();
    await settle();
    assert.deepEqual(ids(), ['1']);
  });
});

describe('whoever follows an identity store', () => {
  async function open(database = createMemoryDatabase()) {
    const store = await openIdentityStore(openMemoryEngine(database), (error) => {
      throw error;
    });
    const news: News[] = [];
    const unsubscribe = store.subscribe((one) => news.push(one));
    return { database, store, news, unsubscribe };
  }
  const account = (id: string) => ({ id: id as AccountId, name: 'one', email: 'a@b.c', createdAt: 0 });

  test('hears of a change once it is committed, with the place it has in the order of changes', async () => {
    const { store, news } = await open();
    const written = store.write(({ put }) => put('account', account('111122223333')));
    assert.deepEqual(news, []);
    await written;
    assert.deepEqual(news, [
      {
        sequence: 1,
        changes: [{ kind: 'account', id: '111122223333', document: account('111122223333') }],
      },
    ]);
    assert.equal(store.sequence, 1);
  });

  test('hears nothing of a write that changed nothing or was refused', async () => {
    const { store, news } = await open();
    await store.write(() => undefined);
    await assert.rejects(
      store.write(({ put }) => {
        put('account', account('111122223333'));
        throw new Error('no');
      }),
      { message: 'no' },
    );
    assert.deepEqual(news, []);
  });

  test('hears of what another process wrote, once', async () => {
    const { database, store, news } = await open();
    const other = await open(database);
    await other.store.write(({ put }) => put('account', account('111122223333')));
    await store.refresh();
    await store.refresh();
    assert.deepEqual(
      news.map(({ sequence, changes }) => [sequence, changes.length]),
      [[1, 1]],
    );
  });

  test('hears nothing more once it has ended that', async () => {
    const { store, news, unsubscribe } = await open();
    unsubscribe();
    await store.write(({ put }) => put('account', account('111122223333')));
    assert.deepEqual(news, []);
  });

  test('can ask what has changed since it last looked', async () => {
    const { store } = await open();
    const ids = ['111111111111', '222222222222', '333333333333'];
    for (const id of ids) await store.write(({ put }) => put('account', account(id)));
    const since = (sequence: number) => {
      const changes = store.changesSince(sequence);
      return changes === 'everything' ? changes : changes.map(({ id }) => id);
    };
    assert.deepEqual([since(0), since(2), since(3)], [ids, ids.slice(2), []]);
    assert.equal(since(4), 'everything');
  });

  test('is told that anything may have changed when it asks about too long ago', async () => {
    const { database, store } = await open();
    await store.write(({ put }) => put('account', account('111111111111')));
    const late = await openIdentityStore(openMemoryEngine(database), () => {});
    assert.deepEqual([late.sequence, late.changesSince(1), late.changesSince(0)], [1, [], 'everything']);
    await store.write(({ put }) => {
      for (let index = 0; index < 10_000; index++) put('account', account('111111111111'));
    });
    assert.equal(store.changesSince(0), 'everything');
    assert.equal(store.changesSince(store.sequence - 4096).length, 4096);
  });
});
