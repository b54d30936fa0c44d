import { fault } from '#wire/faults';

/** The parameters of a query request in the order of the wire; the first of each name wins. */
export interface Params {
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** The value of the first parameter of that name. */
  first(name: string): string | undefined;
}

/** The most parameters one request may have: far above any real call, far below what would take a second to read. */
export const maxParameters = 20_000;

/**
 * Reads `application/x-www-form-urlencoded` text, of a body or of a query string.
 * Throws MalformedQueryString for an escape that is not one, for bytes that are not UTF-8, and for too many parameters.
 */
export function parseForm(text: string): Params {
  const entries: [string, string][] = [];
  let start = 0;
  while (start < text.length) {
    const ampersand = text.indexOf('&', start);
    const end = ampersand < 0 ? text.length : ampersand;
    if (end > start) {
      if (entries.length === maxParameters) throw fault('MalformedQueryString', 'Too many parameters.');
      const equals = text.indexOf('=', start);
      const nameEnd = equals < 0 || equals > end ? end : equals;
      entries.push([unescapeForm(text.slice(start, nameEnd)), unescapeForm(text.slice(nameEnd + 1, end))]);
    }
    start = end + 1;
  }
  return new FormParams(entries);
}

class FormParams implements Params {
  readonly entries: Params['entries'];

  constructor(entries: Params['entries']) {
    this.entries = entries;
  }

  first(name: string): string | undefined {
    for (const [found, value] of this.entries) if (found === name) return value;
    return undefined;
  }
}

function unescapeForm(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw fault('MalformedQueryString', 'The request contains a percent escape that is not valid UTF-8.');
  }
}
