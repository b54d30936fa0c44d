import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type Algorithm, algorithms } from './algorithm.ts';
import { FederationError } from './federation-error.ts';
import { isObject, isTextList, type JsonObject, parseObject } from './json.ts';

/** A provider's key that can verify signatures of one type of algorithm. */
export interface VerificationKey {
  readonly id: string | undefined;
  readonly keyType: 'RSA' | 'EC';
  readonly curve: string | undefined;
  /** The one algorithm it is meant for, where the provider names one. */
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
}

/** The keys a provider has published. */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
}

const keysOfOneType = 100;
const shortestModulusBits = 2048;
/** Verifying with a longer one takes more time than a token is worth. */
const longestModulusBits = 8192;

/**
 * Reads a JSON Web Key Set (RFC 7517 §5). Only the members that make a public RSA or EC key are read: no private parts, no certificates,
 * no addresses. Keys of other types, for other uses, or that are no keys are left out.
 * Throws FederationError when nothing is left, or for more than a hundred keys of one type.
 */
export function parseKeySet(source: string | Uint8Array): KeySet {
  const list = parseObject(source)?.keys;
  if (!Array.isArray(list)) throw unusable('it is not a JSON Web Key Set');
  const entries = list.filter(isObject);
  for (const type of ['RSA', 'EC']) {
    if (entries.filter((entry) => entry.kty === type).length > keysOfOneType) {
      throw new FederationError(
        'InvalidIdentityToken',
        `The identity provider has published more than ${keysOfOneType} ${type} keys.`,
      );
    }
  }
  const keys = entries.flatMap((entry) => readKey(entry) ?? []);
  if (keys.length === 0) throw unusable('it holds no RSA or EC key for signatures');
  return { keys };
}

/**
 * The keys that may have signed with that algorithm under that id: the type of a key decides what it verifies, never the token alone.
 * Without an id there must be one key that fits, and no other.
 */
export function matchKeys(
  { keys }: KeySet,
  algorithm: Algorithm,
  id: string | undefined,
): readonly VerificationKey[] {
  const { keyType, curve } = algorithms[algorithm];
  const fitting = keys.filter(
    (key) =>
      key.keyType === keyType &&
      key.curve === curve &&
      (key.algorithm === undefined || key.algorithm === algorithm),
  );
  if (id !== undefined) return fitting.filter((key) => key.id === id);
  return fitting.length === 1 ? fitting : [];
}

function readKey(entry: JsonObject): VerificationKey | undefined {
  const { kty, kid, use, key_ops: operations, alg } = entry;
  if (kty !== 'RSA' && kty !== 'EC') return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (operations !== undefined && !(isTextList(operations) && operations.includes('verify')))
    return undefined;
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  if (alg !== undefined && typeof alg !== 'string') return undefined;
  const key = importKey(kty, entry);
  if (key === undefined) return undefined;
  return {
    id: kid,
    keyType: kty,
    curve: kty === 'EC' ? String(entry.crv) : undefined,
    algorithm: alg,
    key,
  };
}

function importKey(kty: 'RSA' | 'EC', { n, e, crv, x, y }: JsonObject): KeyObject | undefined {
  const jwk = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
  if (!Object.values(jwk).every((member) => typeof member === 'string')) return undefined;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    const isFit = bits === undefined || (bits >= shortestModulusBits && bits <= longestModulusBits);
    return isFit ? key : undefined;
  } catch {
    return undefined;
  }
}

function unusable(why: string): FederationError {
  return new FederationError(
    'IDPCommunicationError',
    `The key set of the identity provider cannot be used: ${why}.`,
  );
}
