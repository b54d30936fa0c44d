export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under a name; an empty one where there is none or something else. */
export function fieldsAt(value: Fields, name: string): Fields {
  const found = Object.hasOwn(value, name) ? value[name] : undefined;
  return isFields(found) ? found : {};
}

/** The text under a name; undefined where there is none or something else. */
export function textAt(value: Fields, name: string): string | undefined {
  const found = Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** The objects of a list under a name; undefined where there is no list. Throws for a list that holds anything else. */
export function listAt(value: Fields, name: string): readonly Fields[] | undefined {
  const found = Object.hasOwn(value, name) ? value[name] : undefined;
  if (found === undefined || found === null) return undefined;
  if (!Array.isArray(found) || !found.every(isFields)) throw new Error(`${name} is no list of objects`);
  return found;
}
