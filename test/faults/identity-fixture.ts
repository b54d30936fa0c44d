import assert from 'node:assert/strict';
import type { AccountId } from '#core/identifiers';
import { type IdentityStore, IdentityStoreError, RecordEngineError } from '#stores/identity';

/** Creates an account unless there is one of that id. */
export function create(store: IdentityStore, id: string): Promise<void> {
  return store.write(({ state, put }) => {
    if (state.all('account').get(id) !== undefined) throw new Error('taken');
    put('account', { id: id as AccountId, name: id, email: `${id}@example.com`, createdAt: 0 });
  });
}

/** Deletes the account of that id if there is one. */
export function remove(store: IdentityStore, id: string): Promise<void> {
  return store.write((transaction) => {
    if (transaction.state.all('account').get(id) === undefined) throw new Error('missing');
    transaction.delete('account', id);
  });
}

/** The ids of the accounts that a reader of the store sees. */
export function ids(store: IdentityStore): string[] {
  return [...store.state.all('account').values()].map((found) => found.id).sort();
}

/** Asserts that a write was refused because the engine failed with that code, and that the words for the caller tell nothing of it. */
export async function isRefused(writing: Promise<unknown>, code: RecordEngineError['code']): Promise<void> {
  await assert.rejects(writing, (error) => {
    assert.ok(error instanceof IdentityStoreError, `${error}`);
    assert.equal(error.code, 'StoreUnavailable');
    assert.equal(error.message, 'the identity store could not complete the write');
    isEngineError(error.cause, code);
    return true;
  });
}

/** Asserts that an engine rejected with that code and, where given, those words. */
export async function isFailure(
  attempt: Promise<unknown>,
  code: RecordEngineError['code'],
  message?: string,
): Promise<void> {
  await assert.rejects(attempt, (error) => {
    isEngineError(error, code);
    if (message !== undefined) assert.equal(error.message, message);
    return true;
  });
}

function isEngineError(error: unknown, code: RecordEngineError['code']): asserts error is RecordEngineError {
  assert.ok(error instanceof RecordEngineError, `${error}`);
  assert.equal(error.code, code);
}
