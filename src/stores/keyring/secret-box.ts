import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { RandomBytes } from '#core/identifiers';
import { KeyringError } from './keyring-error.ts';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Wraps secrets for storage: AES-256-GCM under a key derived from the master key, bound to what the secret is for. */
export interface SecretBox {
  /** Base64 that opens only with the same master key and the same context, such as `access-key:AKIA…`. */
  seal(plaintext: string | Uint8Array, context: string): string;
  /** Throws KeyringError SecretUnreadable. */
  open(sealed: string, context: string): Uint8Array;
}

/** The box of a master key. `random` gives the nonces, twelve fresh bytes for each secret. */
export function createSecretBox(masterKey: KeyObject, random: RandomBytes): SecretBox {
  // A key of its own for each use of the master key, so that no use can say anything of another.
  const key = createSecretKey(
    createHmac('sha256', masterKey).update('brevet 1 wrap stored secrets').digest(),
  );
  const header = Buffer.of(version);
  return {
    seal(plaintext, context) {
      const nonce = random(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(Buffer.from(plaintext)), cipher.final()]);
      return Buffer.concat([header, nonce, body, cipher.getAuthTag()]).toString('base64');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < 1 + nonceBytes + tagBytes || bytes[0] !== version) throw unreadable(context);
      const nonce = bytes.subarray(1, 1 + nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      const body = bytes.subarray(1 + nonceBytes, bytes.length - tagBytes);
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]);
      } catch {
        // Node says only that the tag did not fit.
        throw unreadable(context);
      }
    },
  };
}

function unreadable(context: string): KeyringError {
  return new KeyringError(
    'SecretUnreadable',
    `the secret ${context} cannot be opened with this master key: it was sealed with another one or was changed`,
  );
}
