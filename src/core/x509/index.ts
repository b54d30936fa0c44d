/**
 * X.509 certificates and revocation lists (RFC 5280): reading them, who may authenticate, whose path leads to a trust anchor, who is revoked.
 * Owns one strict reader of DER, so that what is checked and what is used are the same bytes; Node verifies signatures and reads keys, nothing
 * more. Pure: the moment is an argument, nothing is fetched. It knows no role and no session.
 * Called by services/rolesanywhere and whoever signs with a certificate.
 */
export { type Certificate, parseCertificate, publicKeyOf } from './certificate.ts';
export { type AlternativeNames, alternativeNames } from './extensions.ts';
export {
  type DistinguishedName,
  formatName,
  isAttributeName,
  type NameAttribute,
} from './name.ts';
export { checkAuthority, checkEndEntity, findPath, isCurrent, mostIntermediates } from './path.ts';
export { formatPem, parsePem } from './pem.ts';
export { checkRevocation, isListOf, parseRevocationList, type RevocationList } from './revocation-list.ts';
export { X509Error, type X509ErrorCode } from './x509-error.ts';
