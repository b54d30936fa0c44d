import type { KeyObject } from 'node:crypto';
import { matchesSignature, readAlgorithm, readPublicKey } from './algorithm.ts';
import {
  DerReader,
  type DerValue,
  malformed,
  readBitString,
  readBoolean,
  readOid,
  readOnly,
  readTime,
  readUnsigned,
  tags,
} from './der.ts';
import { type DistinguishedName, readName } from './name.ts';

export interface Certificate {
  readonly der: Uint8Array;
  readonly version: number;
  /** Lower-case hexadecimal of whole bytes. */
  readonly serialNumber: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds; both ends are within. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Uint8Array;
  /** What is signed, by which algorithm, and the signature. */
  readonly signed: Uint8Array;
  readonly algorithm: DerValue;
  readonly signature: Uint8Array;
  readonly extensions: ReadonlyMap<string, Extension>;
}

export interface Extension {
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

const longestDer = 16_384;
const longestSerialBytes = 20;

/**
 * Reads a certificate (RFC 5280 §4.1). Nothing of it is proven yet. Throws X509Error Malformed.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > longestDer) throw malformed('more bytes than a certificate may have');
  const outer = new DerReader(readOnly(der, tags.sequence).content);
  const toBeSigned = outer.value(tags.sequence);
  const algorithm = outer.value(tags.sequence);
  const signature = readWholeBytes(outer.value(tags.bitString));
  outer.end();

  const body = new DerReader(toBeSigned.content);
  const version = readVersion(body);
  const serialNumber = readUnsigned(body.value(tags.integer).content);
  if (serialNumber.length > 2 * longestSerialBytes)
    throw malformed('a serial number of more than twenty bytes');
  // Of two statements about the algorithm the unsigned one must not be the one that counts.
  if (!isSame(body.value(tags.sequence).raw, algorithm.raw)) throw malformed('two signature algorithms');
  const issuer = readName(body.value(tags.sequence));
  const validity = body.enter(tags.sequence);
  const notBefore = readTime(validity.any());
  const notAfter = readTime(validity.any());
  validity.end();
  const subject = readName(body.value(tags.sequence));
  const publicKeyInfo = body.value(tags.sequence).raw;
  body.optional(0x81);
  body.optional(0x82);
  const extensions = readExtensions(body.optional(0xa3));
  body.end();
  return {
    der,
    version,
    serialNumber,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKeyInfo,
    signed: toBeSigned.raw,
    algorithm,
    signature,
    extensions,
  };
}

function readVersion(body: DerReader): number {
  const explicit = body.optional(0xa0);
  if (explicit === undefined) return 1;
  return Number.parseInt(readUnsigned(readOnly(explicit.content, tags.integer).content), 16) + 1;
}

export function readWholeBytes({ content }: DerValue): Uint8Array {
  const { bytes, unused } = readBitString(content);
  if (unused > 0) throw malformed('bits where bytes should be');
  return bytes;
}

/** The extensions in their wrapping of a certificate or a list, by object identifier. */
export function readExtensions(wrapped: DerValue | undefined): ReadonlyMap<string, Extension> {
  if (wrapped === undefined) return new Map();
  return readExtensionList(readOnly(wrapped.content, tags.sequence));
}

/** Throws X509Error Malformed for an extension that comes twice: which of the two counts would be anybody's guess. */
export function readExtensionList({ content }: DerValue): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  const list = new DerReader(content);
  while (!list.isDone) {
    const extension = list.enter(tags.sequence);
    const oid = readOid(extension.value(tags.oid).content);
    const critical = extension.optional(tags.boolean);
    const { content: value } = extension.value(tags.octetString);
    extension.end();
    if (extensions.has(oid)) throw malformed('an extension twice');
    extensions.set(oid, { isCritical: critical !== undefined && readBoolean(critical.content), value });
  }
  return extensions;
}

/** The public key. Throws X509Error Unsuitable for one that is weak or unknown. */
export function publicKeyOf(certificate: Certificate): KeyObject {
  return readPublicKey(certificate.publicKeyInfo);
}

/** Whether that key signed the certificate. Throws X509Error Unsuitable for an algorithm that is not accepted. */
export function isSignedBy(
  { algorithm, signed, signature }: Pick<Certificate, 'algorithm' | 'signed' | 'signature'>,
  key: KeyObject,
): boolean {
  return matchesSignature(readAlgorithm(algorithm), signed, signature, key);
}

export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
