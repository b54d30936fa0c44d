/**
 * A bounded cache for what can be made again: compiled policies, derived signing keys.
 * Owns when an entry is dropped, never what is in it or whether it is still right. Called by services and the pipeline.
 */

/** A bounded map that keeps what was used recently: at least the last half of its limit, at most all of it. */
export class RecentlyUsed<K, V> {
  readonly #generation: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  constructor(limit: number) {
    this.#generation = limit / 2;
  }

  /** What is kept under the key; made, and kept, when there is nothing. What `make` throws is thrown, and nothing is kept. */
  get(key: K, make: () => V): V {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const value = this.#old.get(key) ?? make();
    // Two generations instead of one list in order of use: a Map that drops its oldest entry again and again looks for it for longer
    // and longer, past all the places of those it has dropped.
    if (this.#young.size >= this.#generation) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }
}
