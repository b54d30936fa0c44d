/** All values of a header, in order; names are compared without case. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index];
    if (raw !== undefined && raw.length === name.length && raw.toLowerCase() === name) {
      values.push(rawHeaders[index + 1] ?? '');
    }
  }
  return values;
}

/** Values by lower-cased name, repeated headers joined with commas, each trimmed and its inner runs of spaces made one. */
export function canonicalHeaderValues(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = trimValue(rawHeaders[index + 1] ?? '');
    const present = values.get(name);
    values.set(name, present === undefined ? value : `${present},${value}`);
  }
  return values;
}

function trimValue(value: string): string {
  const trimmed = value.trim();
  return trimmed.includes('  ') ? trimmed.replace(/ {2,}/g, ' ') : trimmed;
}
