import {
  type Certificate,
  isSame,
  isSignedBy,
  publicKeyOf,
  readExtensionList,
  readExtensions,
  readWholeBytes,
} from './certificate.ts';
import { DerReader, type DerValue, malformed, readOnly, readTime, readUnsigned, tags } from './der.ts';
import { allowsKeyUsage } from './extensions.ts';
import { type DistinguishedName, readName } from './name.ts';
import { X509Error } from './x509-error.ts';

/** A certificate revocation list (RFC 5280 §5), read and not yet proven. */
export interface RevocationList {
  readonly issuer: DistinguishedName;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Lower-case hexadecimal. */
  readonly serialNumbers: ReadonlySet<string>;
  readonly signed: Uint8Array;
  readonly algorithm: DerValue;
  readonly signature: Uint8Array;
}

/** The authority key identifier and the number of the list: neither limits what the list is about. */
const harmless: ReadonlySet<string> = new Set(['2.5.29.35', '2.5.29.20']);

/**
 * Reads a list that is about everything its issuer has issued: deltas, parts and lists for others are refused, since whoever is not on them
 * may yet be revoked. Throws X509Error Malformed or Unsuitable.
 */
export function parseRevocationList(der: Uint8Array): RevocationList {
  const outer = new DerReader(readOnly(der, tags.sequence).content);
  const toBeSigned = outer.value(tags.sequence);
  const algorithm = outer.value(tags.sequence);
  const signature = readWholeBytes(outer.value(tags.bitString));
  outer.end();

  const body = new DerReader(toBeSigned.content);
  const version = body.optional(tags.integer);
  if (version !== undefined && readUnsigned(version.content) !== '01') throw malformed('another version');
  if (!isSame(body.value(tags.sequence).raw, algorithm.raw)) throw malformed('two signature algorithms');
  const issuer = readName(body.value(tags.sequence));
  const thisUpdate = readTime(body.any());
  const next = body.optional(tags.utcTime) ?? body.optional(tags.generalizedTime);
  if (next === undefined) throw unsuitable('The list does not say when the next one will be issued.');
  const nextUpdate = readTime(next);
  const serialNumbers = readRevoked(body.optional(tags.sequence));
  for (const [oid, { isCritical }] of readExtensions(body.optional(0xa0))) {
    if (isCritical && !harmless.has(oid)) {
      throw unsuitable(`The extension ${oid} of the list is not supported.`);
    }
  }
  body.end();
  return { issuer, thisUpdate, nextUpdate, serialNumbers, signed: toBeSigned.raw, algorithm, signature };
}

function readRevoked(listed: DerValue | undefined): ReadonlySet<string> {
  const serialNumbers = new Set<string>();
  if (listed === undefined) return serialNumbers;
  const entries = new DerReader(listed.content);
  while (!entries.isDone) {
    const entry = entries.enter(tags.sequence);
    serialNumbers.add(readUnsigned(entry.value(tags.integer).content));
    readTime(entry.any());
    const extensions = entry.optional(tags.sequence);
    entry.end();
    if (extensions === undefined) continue;
    for (const [oid, { isCritical }] of readExtensionList(extensions)) {
      if (isCritical) throw unsuitable(`The extension ${oid} of an entry is not supported.`);
    }
  }
  return serialNumbers;
}

/** Whether that authority issued the list and may. */
export function isListOf(list: RevocationList, authority: Certificate): boolean {
  return (
    isSame(list.issuer.raw, authority.subject.raw) &&
    allowsKeyUsage(authority, 'crlSign') === true &&
    isSignedBy(list, publicKeyOf(authority))
  );
}

/**
 * Checks the certificates of a path, the anchor last, against a list. What the list's issuer has issued must not be on it, and the list must be
 * genuine and current: an old one says nothing about today (RFC 5280 §6.3.3). Throws X509Error Revoked.
 */
export function checkRevocation(
  path: readonly Certificate[],
  list: RevocationList,
  authorities: readonly Certificate[],
  now: number,
): void {
  const concerned = path.slice(0, -1).filter(({ issuer }) => isSame(issuer.raw, list.issuer.raw));
  if (concerned.length === 0) return;
  if (!authorities.some((authority) => isListOf(list, authority))) {
    throw revoked('the revocation list of its issuer is not one that its issuer signed');
  }
  if (now < list.thisUpdate || now >= list.nextUpdate) {
    throw revoked('the revocation list of its issuer is not current');
  }
  if (concerned.some(({ serialNumber }) => list.serialNumbers.has(serialNumber))) {
    throw revoked('it is on the revocation list of its issuer');
  }
}

function unsuitable(message: string): X509Error {
  return new X509Error('Unsuitable', message);
}

function revoked(why: string): X509Error {
  return new X509Error('Revoked', `The certificate does not count: ${why}.`);
}
