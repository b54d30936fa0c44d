import type { IdentityStore } from '#stores/identity';

/**
 * Applies what other processes have written, before a request is looked at. One look serves every request of the same turn of the event loop:
 * they had all arrived before it, so nobody can know of a write that it did not see.
 */
export function createCatchUp(
  identity: Pick<IdentityStore, 'hasNews' | 'refresh'>,
): () => Promise<void> | undefined {
  let hasLooked = false;
  let refreshing: Promise<void> | undefined;
  return () => {
    if (!hasLooked) {
      hasLooked = true;
      setImmediate(() => {
        hasLooked = false;
      });
      refreshing = identity.hasNews() ? identity.refresh() : undefined;
    }
    return refreshing;
  };
}
