import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { SamlKeys } from '#core/federation';
import type { SamlProviderDocument } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';

/** By document, which never changes: a provider that is updated has another one. */
const known = new WeakMap<SamlProviderDocument, SamlKeys>();

/** The keys of a provider, ready to use. Throws KeyringError when its private keys were sealed by another master key. */
export function samlKeys(provider: SamlProviderDocument, box: SecretBox): SamlKeys {
  const present = known.get(provider);
  if (present !== undefined) return present;
  const keys: SamlKeys = {
    signing: provider.signingKeys.map((key) =>
      createPublicKey({ key: Buffer.from(key, 'base64'), type: 'spki', format: 'der' }),
    ),
    decryption: provider.privateKeys.map(({ id, sealedKey }) =>
      createPrivateKey({
        key: Buffer.from(box.open(sealedKey, `saml-private-key:${id}`)),
        type: 'pkcs8',
        format: 'der',
      }),
    ),
    encryptionRequired: provider.assertionEncryptionMode === 'Required',
  };
  known.set(provider, keys);
  return keys;
}
