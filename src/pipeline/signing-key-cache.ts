import type { KeyObject } from 'node:crypto';

/**
 * Signing keys by access key id, day, Region and service, so that a repeated caller costs one HMAC instead of five.
 * INVARIANT: the secret of an access key id never changes, and a key is only asked for after its credentials were found good,
 * so an entry cannot outlive what it proves.
 */
export class SigningKeyCache {
  readonly #limit: number;
  #young = new Map<string, KeyObject>();
  #old = new Map<string, KeyObject>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(scope: string, derive: () => KeyObject): KeyObject {
    const known = this.#young.get(scope) ?? this.#old.get(scope);
    if (known !== undefined && this.#young.has(scope)) return known;
    const key = known ?? derive();
    // Two generations instead of a list in order of use: the unused half goes whenever the young one is full.
    if (this.#young.size >= this.#limit / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(scope, key);
    return key;
  }
}
