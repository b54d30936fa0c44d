import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** A key of the keyring: one secret from which tokens are sealed and secret access keys derived. */
export interface TokenKey {
  /** Eight hex digits; stands in front of every token sealed with the key. */
  readonly id: string;
  readonly sealing: KeyObject;
  readonly derivation: KeyObject;
  /** Seals sign-ins of browsers. */
  readonly signIn: KeyObject;
  /** Seals what signing in gives to programs: codes and refresh tokens. */
  readonly granting: KeyObject;
}

/**
 * A token key from 32 random bytes. Every use gets a key of its own, so that none can say anything of the others.
 * Throws RangeError for an id or a key of another size.
 */
export function createTokenKey(id: string, bytes: Uint8Array): TokenKey {
  if (!/^[0-9a-f]{8}$/.test(id)) throw new RangeError('a token key id is eight hex digits');
  if (bytes.length !== 32) throw new RangeError('a token key is 32 bytes');
  const master = createSecretKey(bytes);
  return {
    id,
    sealing: subkey(master, 'seal session token'),
    derivation: subkey(master, 'derive secret access key'),
    signIn: subkey(master, 'seal sign-in'),
    granting: subkey(master, 'seal sign-in grant'),
  };
}

function subkey(master: KeyObject, purpose: string): KeyObject {
  return createSecretKey(createHmac('sha256', master).update(`brevet 1 ${purpose}`).digest());
}

/** Of the base64 of a digest: thirty bytes of it. */
const secretLength = 40;

/**
 * The secret access key of a temporary credential: forty characters of base64 that follow from the token key and the access key id,
 * so that it is stored nowhere.
 */
export function deriveSecretAccessKey(key: TokenKey, accessKeyId: string): string {
  return createHmac('sha256', key.derivation).update(accessKeyId).digest('base64').slice(0, secretLength);
}
