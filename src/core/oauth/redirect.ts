const loopback = /^http:\/\/127\.0\.0\.1(?::([1-9][0-9]{0,4}))?(?:\/[A-Za-z0-9._~/-]*)?$/;

/**
 * Whether a redirect ends on the machine of whoever follows it: `http://127.0.0.1:PORT/PATH`, by address (RFC 8252 §7.3 and §8.3), without a
 * user, query or fragment. A name such as `localhost` may be resolved to somebody else's machine.
 */
export function isLoopbackRedirect(uri: string): boolean {
  const match = loopback.exec(uri);
  return match !== null && Number(match[1] ?? 80) <= 65_535;
}
