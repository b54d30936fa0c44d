import { type Certificate, checkAuthority, parseCertificate, parsePem } from '#core/x509';
import type { TrustAnchorDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import type { RolesanywhereTypes } from '#wire/model';
import { checked, invalid } from '../base/faults.ts';

/** Certificates per trust anchor (IAM Roles Anywhere User Guide, "Quotas"). */
const mostCertificates = 2;

/**
 * The certificates of a source, in PEM as they were given, every one of them fit to be an authority's. Throws ValidationException, and
 * UnsupportedOperationException for the authorities of AWS Private CA, which Brevet cannot ask.
 */
export function readSource(source: RolesanywhereTypes.Source): string {
  const { sourceType, sourceData } = source;
  if (sourceType === undefined) throw invalid('The source must have a sourceType.');
  if (sourceType !== 'CERTIFICATE_BUNDLE') {
    throw fault('UnsupportedOperation', `Brevet does not support trust anchors of type ${sourceType}.`);
  }
  const text = sourceData?.x509CertificateData;
  if (text === undefined || sourceData?.acmPcaArn !== undefined) {
    throw invalid('A source of type CERTIFICATE_BUNDLE must have x509CertificateData and nothing else.');
  }
  checked(() => {
    for (const certificate of parseBundle(text)) checkAuthority(certificate);
  });
  return text;
}

function parseBundle(text: string): readonly Certificate[] {
  const blocks = parsePem(text, 'CERTIFICATE');
  if (blocks.length > mostCertificates) {
    throw invalid(`A trust anchor can have up to ${mostCertificates} certificates.`);
  }
  return blocks.map(parseCertificate);
}

/** Documents are never changed in place, so what was read of one holds for as long as it is there. */
const read = new WeakMap<TrustAnchorDocument, readonly Certificate[]>();

/** The certificates of a trust anchor. */
export function anchorCertificates(anchor: TrustAnchorDocument): readonly Certificate[] {
  let certificates = read.get(anchor);
  if (certificates === undefined) {
    certificates = parseBundle(anchor.certificates);
    read.set(anchor, certificates);
  }
  return certificates;
}
