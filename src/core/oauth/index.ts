/**
 * The rules of OAuth 2.0 for programs of people: PKCE (RFC 7636), redirects to the own machine (RFC 8252), proofs that a token is used by whoever
 * got it (DPoP, RFC 9449), and ID tokens.
 * Pure: keys, nonces and times are arguments. Whether a code or proof was used before is asked by services.
 * Called by services and the sign-in door, which verify, and by the command line, which makes proofs.
 */
export { challengeOf, isChallenge } from './challenge.ts';
export { type IdClaims, signIdToken } from './id-token.ts';
export { OAuthError } from './oauth-error.ts';
export { type Proof, proofWindowMs, verifyProof } from './proof.ts';
export { isLoopbackRedirect } from './redirect.ts';
export { signProof } from './sign-proof.ts';
