import { compareText, percentEncode } from '#core/text';
import { S3RequestError } from './s3-error.ts';

export const keyLimitBytes = 1024;

/** How the store behind treats a key with an empty segment, as in `a//b`: kept apart from `a/b`, or not known to be. */
export type EmptySegments = 'refuse' | 'keep';

/** Path and query of a request target in origin form (RFC 9112 §3.2.1). Refuses all other forms and whatever a URI may not carry raw. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  // A raw backslash, fragment, control or non-ASCII character is read differently by different servers.
  if (!/^\/[\x21-\x7e]*$/.test(target) || /[\\#]/.test(target)) throw new S3RequestError('InvalidURI');
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Percent-escapes decoded once, as UTF-8; a `+` is itself. Throws InvalidURI for escapes that are none or do not spell UTF-8. */
export function decodeEscapes(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3RequestError('InvalidURI');
  }
}

/** A key as it goes on the wire: every byte but the unreserved and the slash escaped. The inverse of `decodeEscapes`. */
export function encodeKey(key: string): string {
  return key.split('/').map(percentEncode).join('/');
}

/**
 * Refuses a key that some store would take for another one: with a dot segment, a NUL, no UTF-8 form, more than 1024 bytes, and, unless
 * the store keeps them, with an empty segment before its end. Throws InvalidURI, KeyTooLongError or InvalidArgument.
 */
export function checkKey(key: string, emptySegments: EmptySegments): void {
  if (key === '' || !key.isWellFormed() || key.includes('\0')) throw new S3RequestError('InvalidURI');
  if (new TextEncoder().encode(key).length > keyLimitBytes) {
    throw new S3RequestError('KeyTooLongError', undefined, {
      Size: String(new TextEncoder().encode(key).length),
      MaxSizeAllowed: String(keyLimitBytes),
    });
  }
  // A store on a Windows file system parts segments at backslashes too.
  if (key.split(/[/\\]/).some((segment) => segment === '.' || segment === '..')) {
    throw new S3RequestError('InvalidURI');
  }
  if (emptySegments === 'refuse' && hasEmptySegment(key)) {
    throw new S3RequestError(
      'InvalidArgument',
      'Object keys with an empty path segment are not served: the store may take them for other keys.',
      { ArgumentName: 'key', ArgumentValue: key },
    );
  }
}

/** Refuses a prefix whose complete segments no key may have. */
export function checkPrefix(prefix: string, emptySegments: EmptySegments): void {
  const folders = prefix.split('/').slice(0, -1);
  const isDotted = prefix
    .split(/[/\\]/)
    .slice(0, -1)
    .some((segment) => segment === '.' || segment === '..');
  if (
    !prefix.isWellFormed() ||
    prefix.includes('\0') ||
    isDotted ||
    (emptySegments === 'refuse' && folders.includes(''))
  ) {
    throw new S3RequestError('InvalidArgument', 'The prefix has a path segment that no served key has.', {
      ArgumentName: 'prefix',
      ArgumentValue: prefix,
    });
  }
}

function hasEmptySegment(key: string): boolean {
  return key.startsWith('/') || key.includes('//');
}

/** Refuses a bucket name that is none (Amazon S3 User Guide, "General purpose bucket naming rules"). Throws InvalidBucketName. */
export function checkBucket(name: string): void {
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  if (!isName || /^\d+\.\d+\.\d+\.\d+$/.test(name)) {
    throw new S3RequestError('InvalidBucketName', undefined, { BucketName: name });
  }
}

/**
 * The parameters of a query string by name, each decoded once, `+` read as a space. A bare name has the value ''.
 * Throws InvalidURI for escapes that cannot be decoded, InvalidArgument for a name that comes twice.
 */
export function parseQuery(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeForm(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : decodeForm(part.slice(equals + 1));
    if (parameters.has(name)) {
      throw new S3RequestError('InvalidArgument', `Query parameter ${name} is given more than once.`, {
        ArgumentName: name,
        ArgumentValue: value,
      });
    }
    parameters.set(name, value);
  }
  return parameters;
}

function decodeForm(text: string): string {
  return decodeEscapes(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** A canonical query string: sorted by name, subresources as bare names. */
export function encodeQuery(
  parameters: ReadonlyMap<string, string>,
  isBare: (name: string) => boolean,
): string {
  return [...parameters]
    .sort(([left], [right]) => compareText(left, right))
    .map(([name, value]) =>
      value === '' && isBare(name) ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
    )
    .join('&');
}
