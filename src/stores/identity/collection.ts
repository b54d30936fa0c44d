import { compareText } from '#core/text';

interface CollectionOptions<D> {
  /** What the documents are listed under: their account, or their owner. */
  readonly group: (document: D) => string;
  /** The name that is unique within the group, ignoring case. */
  readonly name: (document: D) => string;
  /** A second grouping, for instance devices by user. */
  readonly owner?: (document: D) => string | undefined;
}

interface Group<D> {
  readonly byName: Map<string, D>;
  /** Sorted by name; made when asked for, dropped at the next change. */
  sorted: readonly D[] | undefined;
}

/** Documents of one kind, found by id, by name within a group, and by owner; listed in order of name. */
export class Collection<D extends { readonly id: string }> {
  readonly #byId = new Map<string, D>();
  readonly #groups = new Map<string, Group<D>>();
  readonly #owners = new Map<string, Map<string, D>>();
  readonly #options: CollectionOptions<D>;

  constructor(options: CollectionOptions<D>) {
    this.#options = options;
  }

  get(id: string): D | undefined {
    return this.#byId.get(id);
  }

  named(group: string, name: string): D | undefined {
    return this.#groups.get(group)?.byName.get(name.toLowerCase());
  }

  values(): IterableIterator<D> {
    return this.#byId.values();
  }

  /** Every document of a group, sorted by name. */
  list(group: string): readonly D[] {
    const found = this.#groups.get(group);
    if (found === undefined) return [];
    found.sorted ??= [...found.byName.entries()]
      .sort((left, right) => compareText(left[0], right[0]))
      .map(([, document]) => document);
    return found.sorted;
  }

  count(group: string): number {
    return this.#groups.get(group)?.byName.size ?? 0;
  }

  owned(owner: string): readonly D[] {
    return [...(this.#owners.get(owner)?.values() ?? [])];
  }

  /** Puts a document in place of the one with its id, or removes it; returns what was there. */
  replace(id: string, document: D | undefined): D | undefined {
    const previous = this.#byId.get(id);
    if (previous !== undefined) this.#unlink(previous);
    if (document === undefined) this.#byId.delete(id);
    else {
      this.#byId.set(id, document);
      this.#link(document);
    }
    return previous;
  }

  #link(document: D): void {
    const groupKey = this.#options.group(document);
    let group = this.#groups.get(groupKey);
    if (group === undefined) {
      group = { byName: new Map(), sorted: undefined };
      this.#groups.set(groupKey, group);
    }
    group.byName.set(this.#options.name(document).toLowerCase(), document);
    group.sorted = undefined;
    const owner = this.#options.owner?.(document);
    if (owner === undefined) return;
    let owned = this.#owners.get(owner);
    if (owned === undefined) {
      owned = new Map();
      this.#owners.set(owner, owned);
    }
    owned.set(document.id, document);
  }

  #unlink(document: D): void {
    const groupKey = this.#options.group(document);
    const group = this.#groups.get(groupKey);
    if (group !== undefined) {
      // Within one transaction another document may have taken the name already.
      const name = this.#options.name(document).toLowerCase();
      if (group.byName.get(name) === document) group.byName.delete(name);
      group.sorted = undefined;
      if (group.byName.size === 0) this.#groups.delete(groupKey);
    }
    const owner = this.#options.owner?.(document);
    if (owner === undefined) return;
    const owned = this.#owners.get(owner);
    owned?.delete(document.id);
    if (owned?.size === 0) this.#owners.delete(owner);
  }
}
