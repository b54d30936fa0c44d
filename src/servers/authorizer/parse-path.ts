/** A path that two programs could read differently: what is decided might not be what is served. */
export class PathRefused extends Error {
  readonly code = 'PathRefused';

  constructor(reason: string) {
    super(`The path of the request is refused: it has ${reason}.`);
    this.name = 'PathRefused';
  }
}

/**
 * The decoded path of a request target. Whoever decides on a path and hands the request on must know that the next program sees the same
 * one, so everything that some server resolves, merges, cuts off or decodes once more is refused. Throws PathRefused.
 */
export function parsePath(target: string): string {
  const mark = target.indexOf('?');
  const raw = mark < 0 ? target : target.slice(0, mark);
  // `http://other/path` and `*` name something else than a path of this host.
  if (!raw.startsWith('/')) throw new PathRefused('no leading slash');
  // Most paths have nothing that could be read in two ways.
  if (/^(?:\/[A-Za-z0-9_~-]+)+\/?$/.test(raw) || raw === '/') return raw;
  if (raw.includes('#')) throw new PathRefused('a fragment');
  const segments = raw.slice(1).split('/').map(decodeSegment);
  segments.forEach((segment, index) => {
    // `//admin` is `/admin` to servers that merge slashes.
    if (segment === '' && index < segments.length - 1) throw new PathRefused('an empty segment');
    if (segment === '.' || segment === '..') throw new PathRefused('a dot segment');
  });
  return `/${segments.join('/')}`;
}

function decodeSegment(segment: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    throw new PathRefused('an escape that is not UTF-8');
  }
  if (!decoded.isWellFormed()) throw new PathRefused('a character that has no encoding');
  if (decoded.includes('/')) throw new PathRefused('an encoded slash');
  // Windows and some proxies take it for a slash.
  if (decoded.includes('\\')) throw new PathRefused('a backslash');
  if (/[\0-\x1f\x7f]/.test(decoded)) throw new PathRefused('a control character');
  // Servlet containers cut off what follows, so that `/..;/` is `/../`.
  if (decoded.includes(';')) throw new PathRefused('a semicolon');
  if (/%[0-9A-Fa-f]{2}/.test(decoded)) throw new PathRefused('an escape of an escape');
  return decoded;
}
