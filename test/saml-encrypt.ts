import { constants, createCipheriv, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import { only } from './saml-attacks.ts';

export interface EncryptOptions {
  readonly cipher?: 'aes-128-cbc' | 'aes-256-cbc' | 'aes-128-gcm' | 'aes-256-gcm';
  readonly algorithm?: string;
  readonly keyMethod?: string;
  readonly oaepHash?: string;
  /** Changes the bytes after they are encrypted. */
  readonly tamper?: (bytes: Buffer) => Buffer;
  /** Where the key stands. */
  readonly keyPlace?: 'inside' | 'beside';
}

const names = {
  'aes-128-cbc': 'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
  'aes-256-cbc': 'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
  'aes-128-gcm': 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'aes-256-gcm': 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
} as const;
const oaep = '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>';

/** The response with its assertion, or what stands between `text`, encrypted (XML Encryption 1.1). */
export function encryptAssertion(
  xml: string,
  publicKey: KeyObject,
  options: EncryptOptions = {},
  text = only(/<saml:Assertion.*<\/saml:Assertion>/s, xml),
): string {
  const {
    cipher = 'aes-256-gcm',
    keyMethod = oaep,
    oaepHash = 'sha1',
    tamper,
    keyPlace = 'inside',
  } = options;
  const secret = randomBytes(cipher.includes('128') ? 16 : 32);
  const bytes = encryptText(cipher, secret, Buffer.from(text));
  const wrapped = publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
    secret,
  );
  const value = (content: Buffer): string =>
    `<xenc:CipherData><xenc:CipherValue>${content.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;
  const key = `<xenc:EncryptedKey xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">${keyMethod}${value(wrapped)}</xenc:EncryptedKey>`;
  const info =
    keyPlace === 'inside'
      ? `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${key}</ds:KeyInfo>`
      : '';
  const data = `<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="${options.algorithm ?? names[cipher]}"/>${info}${value(tamper?.(bytes) ?? bytes)}</xenc:EncryptedData>`;
  const encrypted = `<saml:EncryptedAssertion>${data}${keyPlace === 'beside' ? key : ''}</saml:EncryptedAssertion>`;
  return xml.replace(/<saml:Assertion.*<\/saml:Assertion>/s, () => encrypted);
}

function encryptText(cipher: NonNullable<EncryptOptions['cipher']>, secret: Buffer, text: Buffer): Buffer {
  if (cipher === 'aes-128-gcm' || cipher === 'aes-256-gcm') {
    const nonce = randomBytes(12);
    const sealing = createCipheriv(cipher, secret, nonce);
    return Buffer.concat([nonce, sealing.update(text), sealing.final(), sealing.getAuthTag()]);
  }
  const vector = randomBytes(16);
  const sealing = createCipheriv(cipher, secret, vector).setAutoPadding(false);
  const count = 16 - (text.length % 16);
  // Only the last byte of the padding means something: the others are whatever there was.
  const padding = Buffer.concat([randomBytes(count - 1), Buffer.of(count)]);
  return Buffer.concat([vector, sealing.update(Buffer.concat([text, padding])), sealing.final()]);
}
