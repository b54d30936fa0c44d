import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto';
import type { XmlNode } from '#core/xml';
import { attributeOf, childOf, childrenOf, elementsOf, malformed, onlyChildOf, textOf } from './elements.ts';
import { encryptionNamespace, signatureNamespace } from './names.ts';

interface Cipher {
  readonly name: 'aes-128-cbc' | 'aes-256-cbc' | 'aes-128-gcm' | 'aes-256-gcm';
  readonly keyBytes: number;
}

/** XML Encryption 1.1 §5.2. */
const ciphers: Readonly<Record<string, Cipher>> = {
  'http://www.w3.org/2001/04/xmlenc#aes128-cbc': { name: 'aes-128-cbc', keyBytes: 16 },
  'http://www.w3.org/2001/04/xmlenc#aes256-cbc': { name: 'aes-256-cbc', keyBytes: 32 },
  'http://www.w3.org/2009/xmlenc11#aes128-gcm': { name: 'aes-128-gcm', keyBytes: 16 },
  'http://www.w3.org/2009/xmlenc11#aes256-gcm': { name: 'aes-256-gcm', keyBytes: 32 },
};

/** §5.5.2: the hash of OAEP. The older name has SHA-1 in its mask whatever the digest, which is what every signer of that name does. */
const digests: Readonly<Record<string, string>> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};
const oaepWithSha1Mask = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
const oaep = 'http://www.w3.org/2009/xmlenc11#rsa-oaep';
const oaepNamespace = 'http://www.w3.org/2009/xmlenc11#';

/**
 * The text that an EncryptedAssertion holds, decrypted with the first of the keys that fits (XML Encryption 1.1); undefined when none does or
 * what comes out is no text. The caller must say the same for that and for what was decrypted and is not signed: whoever learns which of the
 * two it was can decrypt an assertion that is not theirs, block by block. Throws FederationError for what is refused before any key is tried.
 */
export function decryptAssertion(encrypted: XmlNode, keys: readonly KeyObject[]): string | undefined {
  const data = onlyChildOf(encrypted, encryptionNamespace, 'EncryptedData');
  const cipher = cipherOf(onlyChildOf(data, encryptionNamespace, 'EncryptionMethod'));
  const key = encryptedKeyOf(encrypted, data);
  const oaepHash = oaepHashOf(onlyChildOf(key, encryptionNamespace, 'EncryptionMethod'));
  const wrapped = cipherValue(key);
  const content = cipherValue(data);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  for (const privateKey of keys) {
    try {
      const secret = privateDecrypt({ key: privateKey, padding, oaepHash }, wrapped);
      if (secret.length !== cipher.keyBytes) continue;
      return new TextDecoder('utf-8', { fatal: true }).decode(decrypt(cipher, secret, content));
    } catch {
      // The key is another's, or the text was changed: which of them is nobody's business.
    }
  }
  return undefined;
}

function cipherOf(method: XmlNode): Cipher {
  const algorithm = attributeOf(method, 'Algorithm') ?? '';
  const cipher = Object.hasOwn(ciphers, algorithm) ? ciphers[algorithm] : undefined;
  if (cipher === undefined) {
    throw malformed('its assertion must be encrypted with AES of 128 or 256 bits, in CBC or GCM');
  }
  return cipher;
}

/** The key for the content, within its KeyInfo or beside it. */
function encryptedKeyOf(encrypted: XmlNode, data: XmlNode): XmlNode {
  const info = childOf(data, signatureNamespace, 'KeyInfo');
  const found = [
    ...(info === undefined ? [] : childrenOf(info, encryptionNamespace, 'EncryptedKey')),
    ...childrenOf(encrypted, encryptionNamespace, 'EncryptedKey'),
  ];
  const [key, ...others] = found;
  if (key === undefined || others.length > 0) throw malformed('its assertion must be encrypted with one key');
  return key;
}

function oaepHashOf(method: XmlNode): string {
  const algorithm = attributeOf(method, 'Algorithm');
  const digest = childOf(method, signatureNamespace, 'DigestMethod');
  const name = digest === undefined ? undefined : (attributeOf(digest, 'Algorithm') ?? '');
  const hash = name === undefined ? 'sha1' : Object.hasOwn(digests, name) ? digests[name] : undefined;
  const mask = childOf(method, oaepNamespace, 'MGF');
  const maskName = mask === undefined ? `${oaepNamespace}mgf1sha1` : attributeOf(mask, 'Algorithm');
  const known = new Set(['DigestMethod', 'MGF']);
  if (
    (algorithm !== oaepWithSha1Mask && algorithm !== oaep) ||
    hash === undefined ||
    maskName !== `${oaepNamespace}mgf1${hash}` ||
    !elementsOf(method).every(({ localName }) => known.has(localName))
  ) {
    throw malformed(
      'the key of its assertion must be encrypted with RSA-OAEP, with one hash for digest and mask',
    );
  }
  return hash;
}

function cipherValue(node: XmlNode): Buffer {
  const data = onlyChildOf(node, encryptionNamespace, 'CipherData');
  const text = textOf(onlyChildOf(data, encryptionNamespace, 'CipherValue')).replaceAll(/[ \t\r\n]/g, '');
  return Buffer.from(text, 'base64');
}

function decrypt(cipher: Cipher, secret: Uint8Array, content: Buffer): Buffer {
  if (cipher.name === 'aes-128-gcm' || cipher.name === 'aes-256-gcm') {
    const decipher = createDecipheriv(cipher.name, secret, content.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(content.subarray(-16));
    return Buffer.concat([decipher.update(content.subarray(12, -16)), decipher.final()]);
  }
  const decipher = createDecipheriv(cipher.name, secret, content.subarray(0, 16));
  // The padding of XML Encryption has a length and then whatever there was, so it is not Node's.
  decipher.setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(content.subarray(16)), decipher.final()]);
  const count = padded.at(-1) ?? 0;
  if (count < 1 || count > 16) throw malformed('its assertion is padded wrongly');
  return padded.subarray(0, -count);
}
