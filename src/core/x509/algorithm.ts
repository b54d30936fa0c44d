import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { DerReader, type DerValue, readOid, tags } from './der.ts';
import { X509Error } from './x509-error.ts';

interface Algorithm {
  readonly keyType: 'rsa' | 'ec';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
}

/** What certificates may be signed with. MD5 and SHA-1 are not here, nor is what nobody has asked for. */
const algorithms: Readonly<Record<string, Algorithm>> = {
  '1.2.840.113549.1.1.11': { keyType: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { keyType: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { keyType: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { keyType: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { keyType: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { keyType: 'ec', hash: 'sha512' },
};

/** The algorithm of an AlgorithmIdentifier. Throws X509Error Unsuitable for one that is weak or unknown, or has parameters of its own. */
export function readAlgorithm({ content }: DerValue): Algorithm {
  const reader = new DerReader(content);
  const algorithm = algorithms[readOid(reader.value(tags.oid).content)];
  if (algorithm === undefined) throw new X509Error('Unsuitable', 'The signature algorithm is not accepted.');
  // RSA has NULL for parameters, ECDSA has none (RFC 4055 §5, RFC 5758 §3.2).
  if (algorithm.keyType === 'rsa') reader.optional(tags.null);
  reader.end();
  return algorithm;
}

/** Whether that key made the signature over these bytes. */
export function matchesSignature(
  algorithm: Algorithm,
  signed: Uint8Array,
  signature: Uint8Array,
  key: KeyObject,
): boolean {
  return key.asymmetricKeyType === algorithm.keyType && verify(algorithm.hash, signed, key, signature);
}

const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/**
 * The key of a SubjectPublicKeyInfo: RSA of 2048 to 8192 bits, or one of NIST's curves. Longer ones would let whoever sends them choose what a
 * verification costs. Throws X509Error Unsuitable.
 */
export function readPublicKey(spki: Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw new X509Error('Unsuitable', 'The public key cannot be read.');
  }
  const { modulusLength = 0, publicExponent = 0n, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const isGood =
    key.asymmetricKeyType === 'rsa'
      ? modulusLength >= 2048 && modulusLength <= 8192 && publicExponent >= 65_537n
      : key.asymmetricKeyType === 'ec' && curves.has(namedCurve);
  if (!isGood) throw new X509Error('Unsuitable', 'The public key is of a kind or size that is not accepted.');
  return key;
}
