import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Instant } from '#core/time';

/** What a proof is made for. */
export interface ProofInput {
  readonly method: string;
  /** The address of the request, without query and fragment. */
  readonly url: string;
  readonly now: Instant;
  /** Never the same twice. */
  readonly id: string;
}

/** A DPoP proof by a private P-256 key (RFC 9449 §4.2). */
export function signProof(key: KeyObject, { method, url, now, id }: ProofInput): string {
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
  const payload = encode({ jti: id, htm: method, htu: url, iat: Math.floor(now / 1000) });
  const signed = `${header}.${payload}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
