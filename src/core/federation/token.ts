import { verify } from 'node:crypto';
import { type Algorithm, algorithms, isAlgorithm } from './algorithm.ts';
import { derOfSignature } from './ecdsa-signature.ts';
import { invalidToken } from './federation-error.ts';
import { type JsonObject, parseObject } from './json.ts';
import type { VerificationKey } from './key-set.ts';

/** A token that was taken apart and is not verified yet. What it claims is out of reach, but for whose keys it must be verified with. */
export interface IdentityToken {
  readonly algorithm: Algorithm;
  readonly keyId: string | undefined;
  /** Who is said to have issued it. Good for nothing but to find the provider. */
  readonly issuer: string;
  /** The claims, once a key has verified the signature. Throws FederationError when none does. */
  readonly verify: (keys: readonly VerificationKey[]) => JsonObject;
}

const notAToken =
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)';

/** Kinds of signed token that are no proof of who somebody is, such as logout+jwt, are named by their type. */
const identityTypes: ReadonlySet<unknown> = new Set([undefined, 'JWT', 'jwt', 'at+jwt']);

/**
 * Takes a signed token apart (RFC 7515 §5.2, compact serialization). Keys and addresses of keys within its header are never read.
 * Throws FederationError for what is no signed token, is not signed with one of the algorithms here, or has critical extensions.
 */
export function parseToken(text: string): IdentityToken {
  const parts = text.split('.');
  const [headerText = '', payloadText = '', signatureText = ''] = parts;
  if (parts.length !== 3) throw invalidToken(notAToken);
  const header = parseObject(decodeBase64Url(headerText));
  const claims = parseObject(decodeBase64Url(payloadText));
  if (header === undefined || claims === undefined) throw invalidToken(notAToken);
  const { alg, kid, typ, crit, b64 } = header;
  if (!isAlgorithm(alg)) {
    throw invalidToken(`The token must be signed with one of ${Object.keys(algorithms).join(', ')}.`);
  }
  if (crit !== undefined || b64 !== undefined) {
    throw invalidToken('The token has critical header parameters, none of which are understood.');
  }
  if (!identityTypes.has(typ) || (kid !== undefined && typeof kid !== 'string'))
    throw invalidToken(notAToken);
  const issuer = claims.iss;
  if (typeof issuer !== 'string') throw invalidToken('Missing a required claim: iss');
  const signed = Buffer.from(`${headerText}.${payloadText}`, 'ascii');
  const signature = decodeBase64Url(signatureText);
  return {
    algorithm: alg,
    keyId: kid,
    issuer,
    verify: (keys) => {
      if (!keys.some((key) => verifySignature(alg, key, signed, signature))) {
        throw invalidToken('The signature of the token was made by none of the keys of its provider.');
      }
      return claims;
    },
  };
}

/** INVARIANT: the algorithm was chosen from the list of those with public keys, and the key must be of its type. */
function verifySignature(
  algorithm: Algorithm,
  { keyType, curve, key }: VerificationKey,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const rules = algorithms[algorithm];
  if (rules.keyType !== keyType || rules.curve !== curve) return false;
  // The key by itself, whose padding is PKCS #1's: with options beside it Node takes half as long again.
  if (rules.keyType === 'RSA') return verify(rules.hash, signed, key, signature);
  return (
    signature.length === rules.signatureBytes && verify(rules.hash, signed, key, derOfSignature(signature))
  );
}

/** Strict: no padding, no other alphabet, no bits that belong to nothing, so that a token has one spelling. */
function decodeBase64Url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (text === '' || bytes.toString('base64url') !== text) throw invalidToken(notAToken);
  return bytes;
}
