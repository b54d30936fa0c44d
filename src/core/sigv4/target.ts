import { compareText, percentEncode } from '#core/text';

/** The path and the query of a raw request target. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * The decoded parameters of a query string in wire order, `+` read as a space, as the services read it: a signature must not leave open
 * which of two values it is over. Undefined when an escape is not one or does not spell UTF-8.
 */
export function queryParameters(
  query: string,
): readonly (readonly [name: string, value: string])[] | undefined {
  if (query === '') return [];
  const parameters: (readonly [string, string])[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeForm(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : decodeForm(part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    parameters.push([name, value]);
  }
  return parameters;
}

/**
 * Parameters encoded anew and sorted by encoded name, then value. Of a presigned request the signature itself is left out.
 * Undefined for a query string that cannot be decoded.
 */
export function canonicalQuery(query: string, form: 'header' | 'query'): string | undefined {
  const parameters = queryParameters(query);
  if (parameters === undefined) return undefined;
  const encoded: [string, string][] = [];
  for (const [name, value] of parameters) {
    if (form === 'header' || name !== 'X-Amz-Signature') {
      encoded.push([percentEncode(name), percentEncode(value)]);
    }
  }
  encoded.sort((left, right) => compareText(left[0], right[0]) || compareText(left[1], right[1]));
  return encoded.map(([name, value]) => `${name}=${value}`).join('&');
}

/**
 * The canonical URI: dot segments and empty segments resolved, then each segment of the wire path encoded once more,
 * as every service but S3 does it. S3 (`once`) keeps the path as it is and encodes its decoded segments.
 * Undefined for a path that cannot be decoded or encoded.
 */
export function canonicalPath(path: string, uriEncoding: 'twice' | 'once'): string | undefined {
  if (path === '/' || path === '') return '/';
  // Most paths have nothing to resolve or to encode.
  if (/^(?:\/[A-Za-z0-9_~-]+)+\/?$/.test(path)) return path;
  if (!path.isWellFormed()) return undefined;
  if (uriEncoding === 'once') {
    const decoded = path.split('/').map(decode);
    return decoded.includes(undefined)
      ? undefined
      : decoded.map((segment = '') => percentEncode(segment)).join('/');
  }
  const kept: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(percentEncode(segment));
  }
  const endsInSlash = segments.at(-1) === '';
  return kept.length === 0 ? '/' : `/${kept.join('/')}${endsInSlash ? '/' : ''}`;
}

function decodeForm(text: string): string | undefined {
  return decode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** Undefined also for lone surrogates, which have no encoding. */
function decode(text: string): string | undefined {
  if (!text.isWellFormed()) return undefined;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
