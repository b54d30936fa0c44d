import { invalid } from './faults.ts';

const largestPage = 100;

/**
 * One page of documents sorted by id. The token names the last id shown, so that a page goes on correctly when entries were added or removed
 * meanwhile. Throws ValidationException for a size below one and a token that this function did not make.
 */
export function page<D extends { readonly id: string }>(
  documents: readonly D[],
  request: { readonly nextToken?: string | undefined; readonly pageSize?: number | undefined },
): { readonly shown: readonly D[]; readonly token: { readonly nextToken?: string } } {
  const { pageSize = largestPage, nextToken } = request;
  if (pageSize < 1) throw invalid('pageSize must be at least 1.');
  const after = nextToken === undefined ? '' : decodeToken(nextToken);
  const rest = documents.filter(({ id }) => id > after);
  const shown = rest.slice(0, Math.min(pageSize, largestPage));
  const last = shown.at(-1);
  if (last === undefined || shown.length === rest.length) return { shown, token: {} };
  return { shown, token: { nextToken: encodeToken(last.id) } };
}

function encodeToken(id: string): string {
  return Buffer.from(`after:${id}`).toString('base64');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after:') || encodeToken(text.slice(6)) !== token)
    throw invalid('nextToken is not valid.');
  return text.slice(6);
}
