import type { IdentityState, IdentityStore, IdentityTransaction, News } from '#stores/identity';
import type { Intent } from './record.ts';

/**
 * The store as a run may use it. `askAgain` throws when the request may not be done in the state that the write finds.
 * INVARIANT: nothing is written before the intent is on the disk, nor in a state in which the request would have been refused.
 */
export function writeAfter(
  intent: Intent | undefined,
  identity: IdentityStore,
  askAgain: (state: IdentityState) => void,
): IdentityStore {
  return intent === undefined ? identity : new StoreAfterIntent(intent, identity, askAgain);
}

/** A class, as an object with getters of its own for each request would stay in memory, with all it refers to, for far longer than that. */
class StoreAfterIntent implements IdentityStore {
  readonly #intent: Intent;
  readonly #identity: IdentityStore;
  readonly #askAgain: (state: IdentityState) => void;

  constructor(intent: Intent, identity: IdentityStore, askAgain: (state: IdentityState) => void) {
    this.#intent = intent;
    this.#identity = identity;
    this.#askAgain = askAgain;
  }

  get state(): IdentityState {
    return this.#identity.state;
  }

  get sequence(): number {
    return this.#identity.sequence;
  }

  changesSince(sequence: number): News['changes'] {
    return this.#identity.changesSince(sequence);
  }

  subscribe(onNews: (news: News) => void): () => void {
    return this.#identity.subscribe(onNews);
  }

  refresh(): Promise<void> {
    return this.#identity.refresh();
  }

  hasNews(): boolean {
    return this.#identity.hasNews();
  }

  async write<T>(mutate: (transaction: IdentityTransaction) => T): Promise<T> {
    await this.#intent.record();
    return await this.#identity.write((transaction) => {
      this.#askAgain(transaction.state);
      return mutate(transaction);
    });
  }

  close(): Promise<void> {
    return this.#identity.close();
  }
}
