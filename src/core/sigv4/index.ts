/**
 * AWS Signature Version 4: reading a signature, the checks that need no key, proof that the key's holder signed the request, and signing
 * (AWS General Reference, "Signature Version 4 signing process").
 * Pure: time, keys and the body's hash are arguments. It looks nobody up and knows no session.
 * Called by the pipeline and, as `brevet/sigv4`, by other programs.
 */

export {
  certificateAlgorithms,
  type SigningCertificate,
  signWithCertificate,
  verifyCertificateSignature,
} from './certificate-signature.ts';
export { checkScope, checkSignature, type Expected } from './check-signature.ts';
export {
  ChunkedPayload,
  type ChunkedPayloadOptions,
  type ChunkSigning,
  PayloadError,
  type PayloadErrorCode,
} from './chunked-payload.ts';
export { namedService } from './named-service.ts';
export { parseSignature } from './parse-signature.ts';
export {
  checkPostLength,
  checkPostPolicy,
  type PostPolicy,
  PostPolicyError,
  parsePostPolicy,
} from './post-policy.ts';
export {
  type SignedHeaders,
  type SigningCredentials,
  type SigningOptions,
  signRequest,
  type UnsignedRequest,
} from './sign-request.ts';
export {
  type CredentialScope,
  type ParsedSignature,
  PresignedError,
  type SignedRequest,
  SigV4Error,
  type SigV4ErrorCode,
} from './signature.ts';
export {
  canonicalRequest,
  deriveSigningKey,
  hashBody,
  stringToSign,
  type UriEncoding,
  verifySignature,
  verifyTextSignature,
} from './verify-signature.ts';
