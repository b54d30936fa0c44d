import { compareText, percentEncode } from '#core/text';

/** The path and the query of a raw request target. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** The decoded parameters of a query string in wire order. An escape that is none stays as it is, so that it is signed as it is. */
export function queryParameters(query: string): readonly (readonly [name: string, value: string])[] {
  if (query === '') return [];
  const parameters: (readonly [string, string])[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? '' : part.slice(equals + 1);
    parameters.push([decode(name), decode(value)]);
  }
  return parameters;
}

/** Parameters encoded anew and sorted by encoded name, then value; the signature itself is left out. */
export function canonicalQuery(query: string): string {
  const encoded: [string, string][] = [];
  for (const [name, value] of queryParameters(query)) {
    if (name !== 'X-Amz-Signature') encoded.push([percentEncode(name), percentEncode(value)]);
  }
  encoded.sort((left, right) => compareText(left[0], right[0]) || compareText(left[1], right[1]));
  return encoded.map(([name, value]) => `${name}=${value}`).join('&');
}

/**
 * The canonical URI: dot segments and empty segments resolved, then each segment of the wire path encoded once more,
 * as every service but S3 does it. S3 (`once`) keeps the path as it is and encodes its decoded segments.
 */
export function canonicalPath(path: string, uriEncoding: 'twice' | 'once'): string {
  if (path === '/' || path === '') return '/';
  if (uriEncoding === 'once')
    return path
      .split('/')
      .map((segment) => percentEncode(decode(segment)))
      .join('/');
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(percentEncode(segment));
  }
  const endsInSlash = segments.at(-1) === '';
  return kept.length === 0 ? '/' : `/${kept.join('/')}${endsInSlash ? '/' : ''}`;
}

function decode(text: string): string {
  if (!text.includes('%')) return toWellFormed(text);
  try {
    return decodeURIComponent(text);
  } catch {
    return toWellFormed(text);
  }
}

/** Lone surrogates cannot be encoded; a replacement character never equals what a client signed. */
function toWellFormed(text: string): string {
  return text.toWellFormed();
}
