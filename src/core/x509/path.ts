import type { KeyObject } from 'node:crypto';
import { type Certificate, isSame, isSignedBy, publicKeyOf } from './certificate.ts';
import { allowsKeyUsage, alternativeNames, basicConstraints, checkExtensions } from './extensions.ts';
import { X509Error } from './x509-error.ts';

/** The most certificates that may stand between an end entity's and an anchor. */
export const mostIntermediates = 5;
/** The most signatures that are verified to find one path: a bundle of look-alikes must not be a way to burn time. */
const mostVerifications = 32;

/**
 * The certificates from the end entity's to that of an anchor, the anchor last, each issued by the next (RFC 5280 §6.1).
 * Throws X509Error Untrusted when there is no such path, or none along which everything holds at `now`.
 */
export function findPath(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  anchors: readonly Certificate[],
  now: number,
): readonly Certificate[] {
  let verifications = 0;
  const keys = new Map<Certificate, KeyObject | undefined>();
  const keyOf = (issuer: Certificate): KeyObject | undefined => {
    if (!keys.has(issuer))
      keys.set(
        issuer,
        orUndefined(() => publicKeyOf(issuer)),
      );
    return keys.get(issuer);
  };
  const isIssuedBy = (certificate: Certificate, issuer: Certificate): boolean => {
    if (!isSame(certificate.issuer.raw, issuer.subject.raw)) return false;
    const key = keyOf(issuer);
    if (key === undefined) return false;
    verifications += 1;
    if (verifications > mostVerifications) throw untrusted('there are too many ways to look for an anchor');
    return orUndefined(() => isSignedBy(certificate, key)) === true;
  };
  const search = (path: readonly Certificate[]): readonly Certificate[] | undefined => {
    const last = path.at(-1) as Certificate;
    // The authorities that already stand below the next one.
    const below = path.length - 1;
    for (const anchor of anchors) {
      if (isFit(anchor, below, now) && isIssuedBy(last, anchor)) return [...path, anchor];
    }
    if (below >= mostIntermediates) return undefined;
    for (const next of intermediates) {
      if (path.some((present) => isSame(present.der, next.der))) continue;
      if (!isFit(next, below, now) || !isIssuedBy(last, next)) continue;
      const found = search([...path, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = search([leaf]);
  if (found === undefined) throw untrusted('no path leads to an anchor');
  return found;
}

/** Whether a certificate may stand in a path as the issuer of what is below it. */
function isFit(issuer: Certificate, below: number, now: number): boolean {
  return (
    orUndefined(() => {
      checkAuthority(issuer);
      const { pathLength } = basicConstraints(issuer);
      return isCurrent(issuer, now) && (pathLength === undefined || below <= pathLength);
    }) === true
  );
}

export function isCurrent({ notBefore, notAfter }: Certificate, now: number): boolean {
  const seconds = Math.floor(now / 1000) * 1000;
  return notBefore <= seconds && seconds <= notAfter;
}

/**
 * Checks that a certificate can be an authority's (IAM Roles Anywhere User Guide, "Signature validation"): version 3, CA true, certificate
 * signing among its uses, a key that is accepted, nothing critical that is not understood. Throws X509Error Unsuitable.
 */
export function checkAuthority(certificate: Certificate): void {
  checkExtensions(certificate);
  if (certificate.version !== 3) throw unsuitable('The certificate is not of version 3.');
  if (!basicConstraints(certificate).isAuthority) {
    throw unsuitable('Incorrect basic constraints for CA certificate');
  }
  if (allowsKeyUsage(certificate, 'keyCertSign') !== true) {
    throw unsuitable('The key usage does not include certificate signing.');
  }
  publicKeyOf(certificate);
}

/**
 * Checks that a certificate may authenticate (IAM Roles Anywhere User Guide, "Signature validation"): version 3, no authority's, digital
 * signature among its uses, current, with a subject. Throws X509Error Unsuitable.
 */
export function checkEndEntity(certificate: Certificate, now: number): void {
  checkExtensions(certificate);
  if (certificate.version !== 3) throw unsuitable('The certificate is not of version 3.');
  if (basicConstraints(certificate).isAuthority) {
    throw unsuitable('The certificate is a certificate authority’s.');
  }
  if (allowsKeyUsage(certificate, 'digitalSignature') !== true) {
    throw unsuitable('The key usage does not include digital signatures.');
  }
  if (!isCurrent(certificate, now)) throw unsuitable('The certificate is expired or not yet valid.');
  if (certificate.subject.attributes.length === 0) throw unsuitable('The certificate has no subject.');
  // What of it cannot be read is to be found here and not once somebody relies on it.
  alternativeNames(certificate);
}

function unsuitable(message: string): X509Error {
  return new X509Error('Unsuitable', message);
}

function untrusted(why: string): X509Error {
  return new X509Error('Untrusted', `The certificate is not trusted: ${why}.`);
}

/** What cannot be read or used is as good as absent here: another certificate may still lead to the anchor. */
function orUndefined<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof X509Error) return undefined;
    throw error;
  }
}
