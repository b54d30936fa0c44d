import { header, headerValues, type WireRequest } from '#pipeline';

const plainName = 'brevet-sign-in';

/** A browser takes a `__Host-` cookie from this very host alone, and over TLS only (RFC 6265bis §4.1.3.2). */
function cookieName(isSecure: boolean): string {
  return isSecure ? `__Host-${plainName}` : plainName;
}

/**
 * The value of the sign-in cookie of a request. Undefined when there is none, and when there are two: one of them is not from here.
 */
export function readCookie(request: WireRequest, isSecure: boolean): string | undefined {
  const prefix = `${cookieName(isSecure)}=`;
  const values = headerValues(request, 'cookie')
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix));
  return values.length === 1 ? values[0]?.slice(prefix.length) : undefined;
}

/**
 * `Set-Cookie` for a sign-in. No script reads it, and another site's page gets it sent on plain navigation only: a link of a broker's page
 * must lead to somebody who is signed in.
 */
export function writeCookie(value: string, seconds: number, isSecure: boolean): string {
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return `${cookieName(isSecure)}=${value}; ${attributes}`;
}

/** Whether a browser says that a request is begun by a page of another origin. What says nothing is no browser of today. */
export function isFromElsewhere(request: WireRequest, own: readonly string[]): boolean {
  const site = header(request, 'sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = header(request, 'origin');
  return origin !== undefined && !own.includes(origin);
}
