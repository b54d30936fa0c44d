import { hash } from 'node:crypto';
import { createUuid } from '#core/identifiers';
import type { Instant } from '#core/time';
import { type Certificate, formatName, formatPem } from '#core/x509';
import {
  type AnywhereSubjectDocument,
  type IdentityState,
  type IdentityStore,
  IdentityStoreError,
  type SeenCertificate,
} from '#stores/identity';
import { findResource, listResources, type Place } from '../base/resource.ts';

const mostSubjects = 10_000;
const mostCertificates = 10;
const mostProperties = 10;
/** How old the date of a certificate may be before it is written anew: no session is to be a write of its own. */
const writtenEveryMs = 3_600_000;

/** The UUID of the subject of a certificate: the same for every certificate of that subject, so that it need not be stored to be known. */
export function subjectId(place: Place, { subject }: Certificate): string {
  const text = Buffer.concat([Buffer.from(`${place.account} ${place.region} `), subject.raw]);
  return createUuid((count) => Buffer.from(hash('sha256', text, 'hex'), 'hex').subarray(0, count));
}

/** What is to be remembered of a session. */
export interface SeenSubject extends Place {
  readonly certificate: Certificate;
  readonly instanceProperties: Readonly<Record<string, string>> | undefined;
  readonly now: Instant;
}

/**
 * Remembers who got credentials by which certificate. Where the database is away it is not remembered: credentials are given out as long as
 * the audit log takes them.
 */
export async function rememberSubject(identity: IdentityStore, seen: SeenSubject): Promise<void> {
  if (seenAnew(identity.state, seen) === undefined) return;
  try {
    await identity.write(({ state, put, delete: remove }) => {
      const subject = seenAnew(state, seen);
      if (subject === undefined) return;
      const oldest = findResource(state, 'subject', subject) === undefined ? surplus(state, seen) : undefined;
      if (oldest !== undefined) remove('anywhere-subject', oldest.id);
      put('anywhere-subject', subject);
    });
  } catch (error) {
    if (!(error instanceof IdentityStoreError)) throw error;
  }
}

/** The subject with what is new about it; undefined when nothing is worth a write. */
function seenAnew(state: IdentityState, seen: SeenSubject): AnywhereSubjectDocument | undefined {
  const { account, region, certificate, instanceProperties: properties, now } = seen;
  const id = subjectId(seen, certificate);
  const present = findResource(state, 'subject', { account, region, id });
  const pem = formatPem(certificate.der, 'CERTIFICATE');
  const known = present?.certificates.find((one) => one.certificate === pem);
  const isKnown =
    properties === undefined ||
    present?.instanceProperties.some((one) => isSame(one.properties, properties)) === true;
  if (known !== undefined && isKnown && now - known.seenAt < writtenEveryMs) return undefined;
  const own: SeenCertificate = {
    serialNumber: certificate.serialNumber,
    issuer: formatName(certificate.issuer),
    certificate: pem,
    seenAt: now,
  };
  const others = (present?.certificates ?? []).filter((one) => one !== known);
  const otherProperties = (present?.instanceProperties ?? []).filter(
    (one) => properties === undefined || !isSame(one.properties, properties),
  );
  return {
    id,
    account,
    region,
    x509Subject: formatName(certificate.subject),
    createdAt: present?.createdAt ?? now,
    lastSeenAt: now,
    tags: present?.tags ?? [],
    certificates: [own, ...others].slice(0, mostCertificates),
    instanceProperties: [
      ...(properties === undefined ? [] : [{ properties, seenAt: now }]),
      ...otherProperties,
    ].slice(0, mostProperties),
  };
}

function isSame(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(left);
  return (
    entries.length === Object.keys(right).length && entries.every(([key, value]) => right[key] === value)
  );
}

/** The subject that was not seen for the longest time, where one more would be too many. */
function surplus(state: IdentityState, place: Place): AnywhereSubjectDocument | undefined {
  const subjects = listResources(state, 'subject', place);
  if (subjects.length < mostSubjects) return undefined;
  return subjects.reduce((oldest, one) => (one.lastSeenAt < oldest.lastSeenAt ? one : oldest));
}
