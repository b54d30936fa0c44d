import type { ContextValue, RequestContext } from '#core/policy';

/**
 * Condition keys that are put together when a policy first asks for one, once: most policies ask for none. What `make` reads must not
 * change before the question is answered.
 */
export function lazyContext(make: () => ReadonlyMap<string, ContextValue>): RequestContext {
  return new LazyContext(make);
}

class LazyContext implements RequestContext {
  readonly #make: () => ReadonlyMap<string, ContextValue>;
  #made: ReadonlyMap<string, ContextValue> | undefined;

  constructor(make: () => ReadonlyMap<string, ContextValue>) {
    this.#make = make;
  }

  get(key: string): ContextValue | undefined {
    return this.#keys().get(key);
  }

  has(key: string): boolean {
    return this.#keys().has(key);
  }

  [Symbol.iterator](): Iterator<readonly [string, ContextValue]> {
    return this.#keys()[Symbol.iterator]();
  }

  #keys(): ReadonlyMap<string, ContextValue> {
    this.#made ??= this.#make();
    return this.#made;
  }
}
