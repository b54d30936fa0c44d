import { createPrivateKey, type KeyObject } from 'node:crypto';
import { encodeBase32 } from '#core/identifiers';
import type { Call } from '#services/operation';
import type { SamlPrivateKey, SamlProviderDocument } from '#stores/identity';
import { fault, limitExceeded, noSuchEntity } from '#wire/faults';
import { quotas } from '../base/quotas.ts';

type Encryption = Pick<SamlProviderDocument, 'assertionEncryptionMode' | 'privateKeys'>;

/** Decryption costs with the cube of the length, and anybody may have something decrypted. */
const smallestBits = 2048;
const largestBits = 4096;

interface EncryptionInput {
  /** `Required` or `Allowed`, as the model has it. */
  readonly AssertionEncryptionMode?: string | undefined;
  readonly RemovePrivateKey?: string | undefined;
}

/**
 * A private key as it is stored, which from then on nobody can read but this process. Undefined for no key.
 * Throws InvalidInput for what is no RSA key in PEM, is protected by a passphrase, or has a length that is not taken.
 */
export function sealPrivateKey(
  pem: string | undefined,
  { box, random, now }: Pick<Call, 'box' | 'random' | 'now'>,
): SamlPrivateKey | undefined {
  if (pem === undefined) return undefined;
  const key = parsePrivateKey(pem);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType !== 'rsa' || bits < smallestBits || bits > largestBits) {
    throw fault(
      'InvalidInput',
      `The private key must be an RSA key of ${smallestBits} to ${largestBits} bits in PEM, without a passphrase.`,
    );
  }
  const id = `SAMLPK${encodeBase32(random(15))}`;
  const bytes = key.export({ type: 'pkcs8', format: 'der' });
  return { id, addedAt: now, sealedKey: box.seal(bytes, `saml-private-key:${id}`) };
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Mode and keys of a provider once a key was taken away and another added, in that order. Throws NoSuchEntity, LimitExceeded, InvalidInput. */
export function changeEncryption(
  present: Encryption,
  { AssertionEncryptionMode: wanted, RemovePrivateKey: removed }: EncryptionInput,
  added: SamlPrivateKey | undefined,
): Encryption {
  if (removed !== undefined && !present.privateKeys.some(({ id }) => id === removed)) {
    throw noSuchEntity('SAML private key', removed);
  }
  const kept = present.privateKeys.filter(({ id }) => id !== removed);
  const privateKeys = added === undefined ? kept : [added, ...kept];
  const limit = quotas.PrivateKeysPerSAMLProvider;
  if (privateKeys.length > limit) throw limitExceeded('PrivateKeysPerSAMLProvider', limit);
  const given = wanted === undefined ? undefined : wanted === 'Required' ? 'Required' : 'Allowed';
  const mode = given ?? present.assertionEncryptionMode;
  if (mode === 'Required' && privateKeys.length === 0) {
    throw fault('InvalidInput', 'Encryption of assertions cannot be required without a private key.');
  }
  return { privateKeys, ...(mode === undefined ? {} : { assertionEncryptionMode: mode }) };
}
