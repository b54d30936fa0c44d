import type { Documents, Kind } from './documents.ts';
import { type Change, type LoggedChange, type RecordEngine, RecordEngineError } from './engine.ts';
import { IdentityState } from './state.ts';

/** What a write sees and does. Everything in it is synchronous, so nothing can come between a check and the change it guards. */
export interface IdentityTransaction {
  /** The exact present state, with the changes this transaction has made so far. */
  readonly state: IdentityState;
  /** Creates or replaces the document with that document's id. */
  put<K extends Kind>(kind: K, document: Documents[K]): void;
  delete(kind: Kind, id: string): void;
}

/** The identity store could not make a change, or cannot know whether it did. Nothing was acknowledged. */
export class IdentityStoreError extends Error {
  readonly code = 'StoreUnavailable';

  constructor(cause: unknown) {
    super('the identity store could not complete the write', { cause });
  }
}

/** What has become true in this process's state: the changes, each with the document it put, or that the state was loaded anew. */
export interface News {
  /** The place in the order of all changes that the state has reached. */
  readonly sequence: number;
  readonly changes: readonly Change[] | 'everything';
}

export interface IdentityStore {
  /** The place in the order of all changes that `state` has reached. The same number means the same state in every process. */
  readonly sequence: number;
  /**
   * The changes after that place, oldest first; `everything` when that is too long ago, lies ahead of `sequence` (the database was put back),
   * or the state was loaded anew since. Only the last few thousand are remembered.
   */
  changesSince(sequence: number): News['changes'];
  /** Calls back after each change of the state, own or another process's; what is called must not throw. Returns what ends it. */
  subscribe(onNews: (news: News) => void): () => void;
  /** The state as this process knows it. Reads need no lock and no round trip; they may trail another process by the watch interval. */
  readonly state: IdentityState;
  /** Applies what other processes have written, when there is any. Throws RecordEngineError when the database is away. */
  refresh(): Promise<void>;
  /** True when another process is known to have written since; a cheap look, made once per request. */
  hasNews(): boolean;
  /**
   * Runs `mutate` against the exact state under the database's writer lock and commits what it put, durably, before resolving.
   * What `mutate` throws is rethrown and nothing of it is kept. It may run more than once. Throws IdentityStoreError when the database cannot commit.
   */
  write<T>(mutate: (transaction: IdentityTransaction) => T): Promise<T>;
  close(): Promise<void>;
}

interface Job {
  readonly mutate: (transaction: IdentityTransaction) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

const changesRemembered = 4096;

/** Opens the identity store over an engine: loads the whole state, then follows the change log. */
export async function openIdentityStore(
  engine: RecordEngine,
  onWatchError: (error: unknown) => void,
): Promise<IdentityStore> {
  const store = new ReplicatedStore(engine);
  await store.load();
  store.follow(onWatchError);
  return store;
}

class ReplicatedStore implements IdentityStore {
  readonly #engine: RecordEngine;
  #state = new IdentityState();
  #sequence = 0;
  #queue: Job[] = [];
  #draining: Promise<void> | undefined;
  #refreshing: Promise<void> | undefined;
  #refreshingNext: Promise<void> | undefined;
  #unwatch: () => void = () => {};
  readonly #subscribers = new Set<(news: News) => void>();
  /** The latest changes up to `#sequence`, without a gap. */
  #latest: Change[] = [];

  constructor(engine: RecordEngine) {
    this.#engine = engine;
  }

  get state(): IdentityState {
    return this.#state;
  }

  get sequence(): number {
    return this.#sequence;
  }

  subscribe(onNews: (news: News) => void): () => void {
    this.#subscribers.add(onNews);
    return () => this.#subscribers.delete(onNews);
  }

  changesSince(sequence: number): News['changes'] {
    const missed = this.#sequence - sequence;
    if (missed < 0 || missed > this.#latest.length) return 'everything';
    return missed === 0 ? [] : this.#latest.slice(-missed);
  }

  #tell(changes: News['changes']): void {
    if (changes.length === 0) return;
    if (changes === 'everything') this.#latest = [];
    else {
      this.#latest.push(...changes);
      // Cut down seldom, as each time copies what is kept.
      if (this.#latest.length > 2 * changesRemembered) this.#latest = this.#latest.slice(-changesRemembered);
    }
    for (const onNews of this.#subscribers) onNews({ sequence: this.#sequence, changes });
  }

  async load(): Promise<void> {
    const before = this.#sequence;
    const snapshot = await this.#engine.load();
    const state = new IdentityState();
    for await (const batch of snapshot.records) for (const record of batch) applyChange(state, record);
    // A write or another load has finished meanwhile, and knows more than this snapshot: going back to it would unsay what was acknowledged.
    if (this.#sequence !== before && snapshot.sequence < this.#sequence) return;
    this.#state = state;
    this.#sequence = snapshot.sequence;
    this.#tell('everything');
  }

  follow(onWatchError: (error: unknown) => void): void {
    this.#unwatch = this.#engine.watch(() => {
      this.refresh().catch(onWatchError);
    });
  }

  hasNews(): boolean {
    return this.#engine.hasNews?.(this.#sequence) ?? false;
  }

  refresh(): Promise<void> {
    if (this.#refreshing !== undefined) {
      // The one under way may have looked before that was written which the caller asks for: all who come now share the next one.
      this.#refreshingNext ??= this.#refreshing
        .catch(() => undefined)
        .then(() => {
          this.#refreshingNext = undefined;
          return this.refresh();
        });
      return this.#refreshingNext;
    }
    this.#refreshing = this.#catchUp().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  write<T>(mutate: (transaction: IdentityTransaction) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ mutate, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    this.#unwatch();
    // Whoever waits for these is told how they went; here it only counts that they are over.
    await Promise.allSettled([this.#draining, this.#refreshingNext ?? this.#refreshing]);
    await this.#engine.close();
  }

  async #catchUp(): Promise<void> {
    const missed = await this.#engine.changesAfter(this.#sequence);
    if (missed === 'too-old') await this.load();
    else this.#applyMissed(missed);
  }

  #applyMissed(missed: readonly LoggedChange[]): void {
    // A refresh and a write may both be handed the same change; the second time it is old news.
    const fresh = missed.filter(({ sequence }) => sequence > this.#sequence);
    for (const change of fresh) {
      applyChange(this.#state, change);
      this.#sequence = change.sequence;
    }
    this.#tell(fresh);
  }

  /** Group commit: everything that queued while the last commit was under way goes into the next one. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const jobs = this.#queue;
      this.#queue = [];
      await this.#commit(jobs);
    }
    // In the same tick as the look at the queue, so that no job can come in between and wait for ever.
    this.#draining = undefined;
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    let outcomes: readonly Outcome[] = [];
    let changes: readonly Change[] = [];
    try {
      const sequence = await this.#append((missed) => {
        this.#applyMissed(missed);
        ({ outcomes, changes } = this.#attempt(jobs));
        return changes;
      });
      if (sequence > this.#sequence) {
        for (const change of changes) applyChange(this.#state, change);
        this.#sequence = sequence;
        this.#tell(changes);
      }
    } catch (error) {
      // A refusal stands only if nothing was to be written: else it may rest on what another job of the group wrote in vain, and
      // NoSuchEntity would tell a client that the deletion which just failed had been made.
      const failure = new IdentityStoreError(error);
      for (const [index, job] of jobs.entries()) {
        const outcome = changes.length === 0 ? outcomes[index] : undefined;
        job.reject(outcome !== undefined && 'error' in outcome ? outcome.error : failure);
      }
      return;
    }
    for (const [index, job] of jobs.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) job.reject(new IdentityStoreError('the engine did not ask for the changes'));
      else if ('error' in outcome) job.reject(outcome.error);
      else job.resolve(outcome.value as never);
    }
  }

  async #append(decide: (missed: readonly LoggedChange[]) => readonly Change[]): Promise<number> {
    try {
      return await this.#engine.append(this.#sequence, decide);
    } catch (error) {
      if (!(error instanceof RecordEngineError && error.code === 'TooOld')) throw error;
      await this.load();
      return this.#engine.append(this.#sequence, decide);
    }
  }

  /**
   * Runs the jobs one after another on the real state, then takes every change back: readers must not see what is not yet durable.
   * INVARIANT: runs without awaiting, so no reader can look in between.
   */
  #attempt(jobs: readonly Job[]): { outcomes: readonly Outcome[]; changes: readonly Change[] } {
    const state = this.#state;
    const changes: Change[] = [];
    const undo: Change[] = [];
    const transaction: IdentityTransaction = {
      state,
      put: (kind, document) => {
        const change: Change = { kind, id: document.id, document };
        undo.push({ kind, id: document.id, document: applyChange(state, change) });
        changes.push(change);
      },
      delete: (kind, id) => {
        const change: Change = { kind, id, document: undefined };
        undo.push({ kind, id, document: applyChange(state, change) });
        changes.push(change);
      },
    };
    const takeBack = (length: number): void => {
      while (undo.length > length) {
        const change = undo.pop();
        if (change !== undefined) applyChange(state, change);
      }
      changes.length = length;
    };
    const outcomes = jobs.map((job): Outcome => {
      const before = undo.length;
      try {
        return { value: job.mutate(transaction) };
      } catch (error) {
        takeBack(before);
        return { error };
      }
    });
    const committed = [...changes];
    takeBack(0);
    return { outcomes, changes: committed };
  }
}

const kinds: Readonly<Record<Kind, true>> = {
  account: true,
  organization: true,
  'account-creation': true,
  'organizational-unit': true,
  'organization-policy': true,
  'policy-attachment': true,
  user: true,
  group: true,
  role: true,
  policy: true,
  'instance-profile': true,
  'access-key': true,
  'mfa-device': true,
  'login-profile': true,
  'oidc-provider': true,
  'saml-provider': true,
  'used-assertion': true,
  'pod-identity-association': true,
  'credential-report': true,
  'revoked-session': true,
  'ended-sign-in': true,
  'redeemed-grant': true,
  'last-used': true,
  'token-key': true,
  bucket: true,
  'bucket-policy': true,
  trail: true,
  'ended-trail': true,
  'trail-chain': true,
  'digest-key': true,
  'instance-identity-key': true,
  'web-identity-issuer': true,
  'trust-anchor': true,
  'anywhere-profile': true,
  'revocation-list': true,
  'anywhere-subject': true,
};

/** Applies one change; a kind this version does not know belongs to a newer one, and is left to it. */
function applyChange(state: IdentityState, change: Change): object | undefined {
  if (!Object.hasOwn(kinds, change.kind)) return undefined;
  // The engine stores what this file gave it: the document of a kind has that kind's shape.
  return state.apply(change.kind as Kind, change.id, change.document as Documents[Kind] | undefined);
}
