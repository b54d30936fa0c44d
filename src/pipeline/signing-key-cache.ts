import type { KeyObject } from 'node:crypto';
import { RecentlyUsed } from '#core/recently-used';

/**
 * Signing keys by access key id, day, Region and service, so that a repeated caller costs one HMAC instead of five.
 * INVARIANT: the secret of an access key id never changes, and a key is only asked for after its credentials were found good,
 * so an entry cannot outlive what it proves.
 */
export class SigningKeyCache {
  readonly #keys: RecentlyUsed<string, KeyObject>;

  constructor(limit: number) {
    this.#keys = new RecentlyUsed(limit);
  }

  get(scope: string, derive: () => KeyObject): KeyObject {
    return this.#keys.get(scope, derive);
  }
}
