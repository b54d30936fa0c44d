/**
 * Session tokens: what a session carries, how it is packed, sealed and opened, and the secret access key that goes with it; the sign-ins
 * of browsers, which say whose session it is; the codes and refresh tokens of people's programs. Nothing of a session is stored anywhere
 * else. Pure: keys, nonces and times are arguments; whether a session has expired, and whether its principal still exists, is asked by the
 * pipeline.
 * Called by services (seal) and the pipeline (open).
 */
export { longestSessionSeconds, type SessionClaims, type SessionTag, SessionTokenError } from './claims.ts';
export { type GrantPurpose, openGrant, sealGrant } from './grant.ts';
export { openToken, packedSize, sealToken, tokenKeyId, tokenLimit } from './seal.ts';
export { openSignIn, type SignIn, type SignInPurpose, sealSignIn } from './sign-in.ts';
export { createTokenKey, deriveSecretAccessKey, type TokenKey } from './token-key.ts';
