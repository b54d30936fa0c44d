/**
 * The rules of identity federation: what a token of an OpenID Connect provider, or an assertion of a SAML provider, must be for a role to be
 * given for it. Keys and documents are handed in; nothing here fetches or keeps them. It never decides whether a role trusts anybody: it says
 * whom a token speaks of, and policy decides. INVARIANT: no claim leaves this room but of a token whose signature was verified.
 * Called by services/operation (keys of providers), services/iam (metadata of SAML providers), services/sts and
 * services/eks-auth.
 */
export { discoveryUrl, parseDiscovery } from './discovery.ts';
export { FederationError } from './federation-error.ts';
export { type KeySet, matchKeys, parseKeySet, type VerificationKey } from './key-set.ts';
export { type PodIdentity, podIdentityAudience, readPodIdentity } from './pod-identity.ts';
export type { AwsAttributes } from './saml/attributes.ts';
export { readSamlIdentity, type SamlIdentity, type SamlProviderRules } from './saml/identity.ts';
export { parseSamlMetadata, type SamlMetadata } from './saml/metadata.ts';
export { type SamlKeys, type VerifiedAssertion, verifyResponse } from './saml/verify-response.ts';
export { type IdentityToken, parseToken } from './token.ts';
export { type ClaimedTag, type ProviderRules, readWebIdentity, type WebIdentity } from './web-identity.ts';
