import type { Certificate, Extension } from './certificate.ts';
import { DerReader, malformed, readBitString, readBoolean, readOnly, readUnsigned, tags } from './der.ts';
import { type DistinguishedName, readName, readText } from './name.ts';
import { X509Error } from './x509-error.ts';

const oids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Those whose meaning is heeded here, or changes nothing about whom to trust. */
const understood: ReadonlySet<string> = new Set([
  oids.subjectKeyIdentifier,
  oids.keyUsage,
  oids.subjectAltName,
  oids.basicConstraints,
  oids.certificatePolicies,
  oids.authorityKeyIdentifier,
  oids.extendedKeyUsage,
]);

/**
 * Throws X509Error Unsuitable for a critical extension that is not understood here (RFC 5280 §4.2), and for constraints on names, critical or
 * not: a certificate beyond them must not pass because nobody looked.
 */
export function checkExtensions({ extensions }: Pick<Certificate, 'extensions'>): void {
  for (const [oid, { isCritical }] of extensions) {
    if ((isCritical && !understood.has(oid)) || oid === oids.nameConstraints) {
      throw new X509Error('Unsuitable', `The extension ${oid} is not supported.`);
    }
  }
}

/** Whether the certificate is an authority's, and how many authorities may stand below it (RFC 5280 §4.2.1.9). */
export function basicConstraints({ extensions }: Certificate): {
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
} {
  const found = extensions.get(oids.basicConstraints);
  if (found === undefined) return { isAuthority: false, pathLength: undefined };
  const reader = new DerReader(readOnly(found.value, tags.sequence).content);
  const authority = reader.optional(tags.boolean);
  const length = reader.optional(tags.integer);
  reader.end();
  const isAuthority = authority !== undefined && readBoolean(authority.content);
  if (length === undefined) return { isAuthority, pathLength: undefined };
  return { isAuthority, pathLength: Number.parseInt(readUnsigned(length.content), 16) };
}

const usageBits = { digitalSignature: 0, keyCertSign: 5, crlSign: 6 } as const;

/** Whether the key may be used so: undefined when the certificate says nothing about its use (RFC 5280 §4.2.1.3). */
export function allowsKeyUsage(
  { extensions }: Certificate,
  usage: keyof typeof usageBits,
): boolean | undefined {
  const found = extensions.get(oids.keyUsage);
  if (found === undefined) return undefined;
  const { bytes } = readBitString(readOnly(found.value, tags.bitString).content);
  const bit = usageBits[usage];
  return ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

/** The first name of each kind that sessions can carry (RFC 5280 §4.2.1.6). */
export interface AlternativeNames {
  readonly dns: string | undefined;
  readonly uri: string | undefined;
  readonly directory: DistinguishedName | undefined;
}

const mostAlternativeNames = 1000;

/** Throws X509Error Malformed. */
export function alternativeNames({ extensions }: Certificate): AlternativeNames {
  const found: Extension | undefined = extensions.get(oids.subjectAltName);
  let dns: string | undefined;
  let uri: string | undefined;
  let directory: DistinguishedName | undefined;
  if (found === undefined) return { dns, uri, directory };
  const names = new DerReader(readOnly(found.value, tags.sequence).content);
  for (let count = 0; !names.isDone; count++) {
    if (count >= mostAlternativeNames) throw malformed('names beyond all measure');
    const { tag, raw, content } = names.any();
    if (tag === 0x82) dns ??= readText({ tag: 0x16, raw, content });
    else if (tag === 0x86) uri ??= readText({ tag: 0x16, raw, content });
    else if (tag === 0xa4) directory ??= readName(readOnly(content, tags.sequence));
  }
  return { dns, uri, directory };
}
