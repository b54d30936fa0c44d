import type { Answered } from '#pipeline';
import type { IdentityStore, LastUsedDocument } from '#stores/identity';

const mostPerFlush = 2000;

/**
 * Remembers when access keys and roles were last used, and writes it now and then: a write for each request would make every read a write.
 * What a crash loses is at most one interval of these dates (GetAccessKeyLastUsed, RoleLastUsed).
 */
export class LastUsed {
  readonly #identity: IdentityStore;
  #pending = new Map<string, LastUsedDocument>();

  constructor(identity: IdentityStore) {
    this.#identity = identity;
  }

  note({ authenticated, service }: Answered): void {
    if (authenticated === undefined || service === undefined) return;
    const { caller, now: at, requestedRegion: region } = authenticated;
    const id = caller.kind === 'assumed-role' ? caller.role.id : caller.accessKeyId;
    if (caller.session !== undefined && caller.kind !== 'assumed-role') return;
    if (this.#pending.size < mostPerFlush || this.#pending.has(id))
      this.#pending.set(id, { id, at, region, service });
  }

  /** Writes what was noted since the last time. Rejects with IdentityStoreError; what was noted is then dropped. */
  async flush(): Promise<void> {
    const noted = this.#pending;
    if (noted.size === 0) return;
    this.#pending = new Map();
    await this.#identity.write(({ state, put }) => {
      for (const use of noted.values()) {
        // The key or role may be gone by now; a date without its owner would stay for ever.
        const isOwned =
          state.all('access-key').get(use.id) !== undefined || state.all('role').get(use.id) !== undefined;
        // Another worker may have written a later use already.
        const isNews = use.at > (state.all('last-used').get(use.id)?.at ?? -1);
        if (isOwned && isNews) put('last-used', use);
      }
    });
  }
}
