import { invalidInput } from './faults.ts';

interface PageRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

interface Page<T> {
  readonly items: readonly T[];
  /** What the answer of the operation says about the rest. */
  readonly rest: { readonly NextToken?: string };
}

const defaultMaxResults = 20;

/**
 * One page of documents sorted by id. The token names the last id shown, so that paging goes on correctly when others come
 * meanwhile; it grants nothing. Throws InvalidInputException for a token that this function did not make.
 */
export function page<T extends { readonly id: string }>(sorted: readonly T[], request: PageRequest): Page<T> {
  const after = request.NextToken === undefined ? '' : decodeToken(request.NextToken);
  const following = sorted.filter(({ id }) => id > after);
  const items = following.slice(0, request.MaxResults ?? defaultMaxResults);
  const last = items.at(-1);
  if (last === undefined || items.length === following.length) return { items, rest: {} };
  return { items, rest: { NextToken: encodeToken(last.id) } };
}

function encodeToken(id: string): string {
  return Buffer.from(`after:${id}`).toString('base64');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after:') || encodeToken(text.slice(6)) !== token) {
    throw invalidInput('INVALID_NEXT_TOKEN');
  }
  return text.slice(6);
}
