import { checkEndEntity, checkRevocation, findPath, X509Error } from '#core/x509';
import type { Moment, PresentedCertificates } from '#services/operation';
import type { TrustAnchorDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { findResource, parseResourceArn } from '../base/resource.ts';
import { revocationListOf } from '../crl/lists.ts';
import { anchorCertificates } from '../trust-anchor/certificates.ts';

/**
 * The trust anchor that vouches for a certificate. Throws AccessDeniedException in one sentence, whether the anchor is not there, is off or of
 * another Region, or the certificate is not one of its authorities', is over, revoked or not fit: whoever sends certificates around is not to
 * learn which anchors an account has.
 */
export function trustAnchorOf(
  arn: string,
  { certificate, chain }: PresentedCertificates,
  { state, region, now }: Moment,
): TrustAnchorDocument {
  const named = parseResourceArn(arn);
  const anchor =
    named?.kind === 'trust-anchor' && named.region === region
      ? findResource(state, 'trust-anchor', named)
      : undefined;
  if (anchor === undefined || !anchor.isEnabled) throw untrusted();
  try {
    const authorities = anchorCertificates(anchor);
    checkEndEntity(certificate, now);
    const path = findPath(certificate, chain, authorities, now);
    for (const list of state.all('revocation-list').owned(anchor.id)) {
      if (list.isEnabled) checkRevocation(path, revocationListOf(list), authorities, now);
    }
  } catch (error) {
    throw error instanceof X509Error ? untrusted() : error;
  }
  return anchor;
}

function untrusted(): Error {
  return fault('AccessDenied', 'Untrusted signing certificate');
}
