import { invalidParameter } from './faults.ts';

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

const defaultMaxResults = 100;

/**
 * One page of what is sorted by a name. The token names the last one shown, so that paging goes on correctly when others come meanwhile; it
 * grants nothing. Throws InvalidParameterException for a token that this function did not make.
 */
export function page<T>(
  sorted: readonly T[],
  nameOf: (item: T) => string,
  { maxResults = defaultMaxResults, nextToken }: PageRequest,
): { readonly items: readonly T[]; readonly rest: { readonly nextToken?: string } } {
  const after = nextToken === undefined ? '' : decodeToken(nextToken);
  const following = sorted.filter((item) => nameOf(item) > after);
  const items = following.slice(0, maxResults);
  const last = items.at(-1);
  if (last === undefined || items.length === following.length) return { items, rest: {} };
  return { items, rest: { nextToken: encodeToken(nameOf(last)) } };
}

function encodeToken(name: string): string {
  return Buffer.from(`after:${name}`).toString('base64');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after:') || encodeToken(text.slice(6)) !== token)
    throw invalidParameter('The nextToken is not valid.');
  return text.slice(6);
}
