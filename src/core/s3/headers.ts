import { S3RequestError } from './s3-error.ts';

/** Headers whose repetition means a list; of all others one value would be decided and another one might be obeyed. */
const listHeaders: ReadonlySet<string> = new Set([
  'x-amz-object-attributes',
  'x-amz-optional-object-attributes',
]);

/** All headers by lower-case name, each with its values in order. */
export function groupHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = (rawHeaders[index + 1] ?? '').trim();
    const values = groups.get(name);
    if (values === undefined) groups.set(name, [value]);
    else values.push(value);
  }
  return groups;
}

/** A query's own parameters, and those that stand for headers. No operation knows those of a signature, so they go no further. */
export interface SortedQuery {
  readonly parameters: ReadonlyMap<string, string>;
  /** By lower-case name: `x-amz-acl`. */
  readonly hoisted: ReadonlyMap<string, string>;
}

/**
 * Parts a query string: what names and qualifies the operation; `x-amz-…` headers that a presigned URL carries as parameters; and, left
 * out, all other `x-…` parameters, which S3 ignores (`x-id` is the operation's name as SDKs add it).
 * Throws InvalidArgument for two spellings of one parameter.
 */
export function sortQuery(query: ReadonlyMap<string, string>): SortedQuery {
  const parameters = new Map<string, string>();
  const hoisted = new Map<string, string>();
  const seen = new Set<string>();
  for (const [name, value] of query) {
    const lower = name.toLowerCase();
    if (lower.startsWith('x-') && seen.has(lower)) throw repeated(lower, value);
    seen.add(lower);
    if (lower.startsWith('x-amz-')) hoisted.set(lower, value);
    else if (!lower.startsWith('x-')) parameters.set(name, value);
  }
  return { parameters, hoisted };
}

/**
 * The headers that an operation knows, by lower-case name, whether the request has them as headers or as parameters of a presigned URL.
 * Throws InvalidArgument for one that is there twice.
 */
export function selectHeaders(
  known: readonly string[],
  groups: ReadonlyMap<string, readonly string[]>,
  hoisted: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const selected = new Map<string, string>();
  for (const name of new Set([...groups.keys(), ...hoisted.keys()])) {
    if (!isKnownHeader(known, name)) continue;
    const parameter = hoisted.get(name);
    // Blanks around the value of a header are none of it to the store, but policy would compare them (RFC 9110 §5.5).
    const values = [...(groups.get(name) ?? []), ...(parameter === undefined ? [] : [parameter])].map(
      (value) => value.trim(),
    );
    const [first = ''] = values;
    if (values.length > 1 && !listHeaders.has(name) && !name.startsWith('x-amz-meta-')) {
      throw repeated(name, first);
    }
    selected.set(name, values.join(','));
  }
  return selected;
}

/** Whether a list of header names, in which a trailing `*` stands for any ending, has this one. */
export function isKnownHeader(known: readonly string[], name: string): boolean {
  return known.some((item) => (item.endsWith('*') ? name.startsWith(item.slice(0, -1)) : item === name));
}

/**
 * Refuses a request with an `x-amz-…` header outside its signature: whoever is handed a presigned URL could add an ACL or a copy source.
 * Throws AccessDenied, as S3 does.
 */
export function checkSignedHeaders(rawHeaders: readonly string[], signedHeaders: readonly string[]): void {
  const unsigned = [...groupHeaders(rawHeaders).keys()].filter(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  throw new S3RequestError(
    'AccessDenied',
    'There were headers present in the request which were not signed',
    {
      HeadersNotSigned: unsigned.join(', '),
    },
  );
}

function repeated(name: string, value: string): S3RequestError {
  return new S3RequestError('InvalidArgument', `${name} is given more than once.`, {
    ArgumentName: name,
    ArgumentValue: value,
  });
}
