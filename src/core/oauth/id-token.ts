import { createHmac, type KeyObject } from 'node:crypto';

/** What an ID token says (OpenID Connect Core 1.0 §2). */
export interface IdClaims {
  readonly iss: string;
  /** ARN of who signed in. */
  readonly sub: string;
  readonly aud: string;
  /** Whole seconds. */
  readonly iat: number;
  readonly exp: number;
}

/**
 * The ID token of a sign-in, for the program that asked for it and nobody else: signed with HS256 under a key that only the service has, since
 * who takes it straight from the token endpoint relies on that (OpenID Connect Core 1.0 §3.1.3.7, item 6).
 */
export function signIdToken(
  claims: IdClaims,
  { id, key: master }: { readonly id: string; readonly key: KeyObject },
): string {
  const header = encode({ alg: 'HS256', kid: id, typ: 'JWT' });
  const signed = `${header}.${encode(claims)}`;
  const key = createHmac('sha256', master).update('sign id token').digest();
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
