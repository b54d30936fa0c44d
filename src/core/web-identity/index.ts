/**
 * The tokens that an account issues for others to trust: its issuer's URL and documents, which of its keys signs when, and what a token says.
 * Pure: it neither makes keys nor signs, and never sees a private key that is not sealed.
 * Called by IAM (enabling, rotation), STS (GetWebIdentityToken, AssumeRoleWithWebIdentity), the identity store (forms) and the door that serves the documents.
 */
export { type DocumentName, documentAt, issuerIdOf, issuerOrigin, issuerUrl } from './issuer.ts';
export {
  currentKeySet,
  discoveryDocument,
  jwksDocument,
  type KeySet,
  keySetsAfterRotation,
  nextKeySetNumber,
  type SigningAlgorithm,
  type SigningKey,
} from './key-set.ts';
export { payloadLimitBytes, type TokenFacts, tokenPayload } from './payload.ts';
