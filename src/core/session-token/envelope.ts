import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const version = 1;
const headerBytes = 5;
const nonceBytes = 12;
const tagBytes = 16;
const overheadBytes = headerBytes + nonceBytes + tagBytes;

/** A key with the id that stands in front of what it sealed. */
export interface SealingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Version, key id, nonce, AES-256-GCM ciphertext and tag. `bound` is authenticated beside the content: it opens with the same text only.
 * `nonce` is twelve fresh random bytes. Throws RangeError for another count.
 */
export function sealBytes(
  content: Uint8Array,
  bound: string,
  { id, key }: SealingKey,
  nonce: Uint8Array,
): Buffer {
  if (nonce.length !== nonceBytes) throw new RangeError('a nonce is twelve bytes');
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(version, 0);
  header.writeUInt32BE(Number.parseInt(id, 16), 1);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(authenticated(header, bound));
  return Buffer.concat([header, nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** The content of sealed bytes, or undefined when they were altered, or sealed with another key or for another text. */
export function openBytes(sealed: Buffer, bound: string, key: KeyObject): Buffer | undefined {
  const header = sealed.subarray(0, headerBytes);
  const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(authenticated(header, bound));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(headerBytes + nonceBytes, sealed.length - tagBytes)),
      decipher.final(),
    ]);
  } catch {
    // Node says only that the tag did not fit; nobody is told more than that.
    return undefined;
  }
}

/** The bytes of a text that has the outer form of what `sealBytes` made. Nothing is proven by it. */
export function sealedBytes(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  // What is sealed has one spelling: text that decodes alike but is written otherwise is not it.
  if (bytes.length <= overheadBytes || bytes[0] !== version || bytes.toString(encoding) !== text)
    return undefined;
  return bytes;
}

/** The id of the key that bytes say they were sealed with. */
export function sealingKeyId(sealed: Buffer): string {
  return sealed.readUInt32BE(1).toString(16).padStart(8, '0');
}

function authenticated(header: Uint8Array, bound: string): Buffer {
  return Buffer.concat([header, Buffer.from(bound)]);
}
