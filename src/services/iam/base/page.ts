import { fault } from '#wire/faults';

/** The members that every paged IAM operation takes. */
export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** The members that every paged IAM operation answers with. */
export interface PageAnswer {
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

const defaultMaxItems = 100;

/**
 * One page of a list that is sorted by `key`. The marker names the last key shown, so that a page goes on correctly
 * when entries were added or removed meanwhile. Throws ValidationError for a marker that this function did not make.
 */
export function page<T>(
  items: readonly T[],
  key: (item: T) => string,
  request: PageRequest,
): { readonly items: readonly T[]; readonly answer: PageAnswer } {
  const after = request.Marker === undefined ? undefined : decodeMarker(request.Marker);
  const start = after === undefined ? 0 : firstAfter(items, key, after);
  const end = start + (request.MaxItems ?? defaultMaxItems);
  const shown = items.slice(start, end);
  const last = shown.at(-1);
  if (end >= items.length || last === undefined) return { items: shown, answer: { IsTruncated: false } };
  return { items: shown, answer: { IsTruncated: true, Marker: encodeMarker(key(last)) } };
}

/** One page of users, groups, roles or the like, sorted by name as the state lists them, whose path begins with the `PathPrefix`. */
export function pageByName<T extends { readonly name: string; readonly path: string }>(
  items: readonly T[],
  request: PageRequest & { readonly PathPrefix?: string | undefined },
): { readonly items: readonly T[]; readonly answer: PageAnswer } {
  const prefix = request.PathPrefix ?? '/';
  const within = items.filter(({ path }) => path.startsWith(prefix));
  return page(within, ({ name }) => name.toLowerCase(), request);
}

function firstAfter<T>(items: readonly T[], key: (item: T) => string, after: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && key(item) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encodeMarker(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64');
}

function decodeMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString();
  if (!text.startsWith('after:') || encodeMarker(text.slice(6)) !== marker) {
    throw fault('ValidationError', 'Invalid Marker.');
  }
  return text.slice(6);
}
