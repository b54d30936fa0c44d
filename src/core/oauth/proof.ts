import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Instant } from '#core/time';
import { OAuthError } from './oauth-error.ts';

/** A proof of possession that fits its request. Whether it was used before is the caller's question. */
export interface Proof {
  /** SHA-256 of the public key (RFC 7638). What is bound to the key is bound to this. */
  readonly thumbprint: string;
  /** The proof's own id, together with the key: the same pair never comes twice. */
  readonly id: string;
  /** When the proof is too old for its time alone, and its id can be forgotten. */
  readonly expiresAt: Instant;
}

/** How far a proof's time may be off, as for signatures of requests. */
export const proofWindowMs = 300_000;
const longestProof = 4096;
const longestId = 128;
const coordinateLength = 43;

interface Fields {
  readonly [name: string]: unknown;
}

/**
 * Checks a DPoP proof against the request that carries it, all of RFC 9449 §4.3 but the nonce, which is not used: one ES256 token of type
 * `dpop+jwt`, signed by the P-256 key it shows, for this method and one of these addresses of the endpoint, made about now.
 * Throws OAuthError ProofInvalid.
 */
export function verifyProof(
  text: string,
  { method, urls, now }: { readonly method: string; readonly urls: readonly string[]; readonly now: Instant },
): Proof {
  if (text.length > longestProof) throw invalid('is too long');
  const [header = '', payload = '', signature = '', ...rest] = text.split('.');
  if (rest.length > 0) throw invalid('is no JWT');
  const { typ, alg, jwk } = parse(header);
  if (typ !== 'dpop+jwt') throw invalid('is of another type than dpop+jwt');
  if (alg !== 'ES256') throw invalid('is not signed with ES256');
  const { key, thumbprint } = readKey(jwk);
  const bytes = Buffer.from(signature, 'base64url');
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes))
    throw invalid('has a signature of another key');
  const { htm, htu, iat, jti } = parse(payload);
  if (htm !== method) throw invalid('is for another method');
  if (typeof htu !== 'string' || !urls.includes(normalized(htu) ?? ''))
    throw invalid('is for another address');
  if (typeof iat !== 'number' || Math.abs(iat * 1000 - now) > proofWindowMs)
    throw invalid('was made at another time');
  if (typeof jti !== 'string' || jti === '' || jti.length > longestId) throw invalid('has no id');
  const id = createHash('sha256').update(`${thumbprint} ${jti}`).digest('hex');
  return { thumbprint, id, expiresAt: iat * 1000 + proofWindowMs };
}

/** Without query and fragment, which a proof need not name. */
function normalized(htu: string): string | undefined {
  const url = URL.parse(htu);
  return url === null ? undefined : `${url.origin}${url.pathname}`;
}

function readKey(jwk: unknown): { readonly key: KeyObject; readonly thumbprint: string } {
  if (typeof jwk !== 'object' || jwk === null) throw invalid('shows no key');
  const { kty, crv, x, y } = jwk as Fields;
  // A private key in a proof is nobody's any more.
  if ('d' in jwk) throw invalid('shows a private key');
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y))
    throw invalid('shows no key of P-256');
  try {
    const key = createPublicKey({ format: 'jwk', key: { kty, crv, x, y } });
    const canonical = JSON.stringify({ crv, kty, x, y });
    return { key, thumbprint: createHash('sha256').update(canonical).digest('base64url') };
  } catch {
    throw invalid('shows no key of P-256');
  }
}

function isCoordinate(value: unknown): value is string {
  // One key has one spelling, and so one thumbprint.
  return (
    typeof value === 'string' &&
    value.length === coordinateLength &&
    Buffer.from(value, 'base64url').toString('base64url') === value
  );
}

function parse(part: string): Fields {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Said below, in the same words.
  }
  throw invalid('is no JWT');
}

function invalid(what: string): OAuthError {
  return new OAuthError(`the DPoP proof ${what}`);
}
