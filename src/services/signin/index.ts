/**
 * What signing in means: who a password and an MFA code prove to be there, the code that a program gets for it, and the credentials that the
 * program gets for the code and renews until the sign-in is over (AWS Sign-In User Guide, "Sign in through the AWS CLI").
 * No session of it is stored: codes and refresh tokens are sealed. Only that a code or proof was used is written down.
 * It asks no policy, writes no record and knows no HTTP. Called by the pipeline for the sign-in door.
 */
export {
  type Authorization,
  authorizeOAuth2Access,
  clientIds,
  crossDevice,
  sameDevice,
} from './authorize-oauth2-access.ts';
export { consoleLogin, type LoginAttempt, wrongCredentials } from './console-login.ts';
export { createOAuth2Token, type TokenRequest } from './create-oauth2-token.ts';
