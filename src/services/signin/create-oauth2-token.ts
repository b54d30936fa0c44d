import { challengeOf, type Proof, signIdToken } from '#core/oauth';
import {
  checkRegion,
  definePersonOperation,
  issueSession,
  longestSignInSeconds,
  type Proving,
  type SignedIn,
  signedInCaller,
  userArn,
} from '#services/operation';
import type { IdentityStore } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';
import type { SigninTypes } from '#wire/model';
import { publicClientArn } from './authorize-oauth2-access.ts';
import { bindingOf, invalidGrant, openCode, openRefresh, sealRefresh } from './grants.ts';
import { signInOperation } from './sign-in-operation.ts';

/** A request for credentials, and the proof of the key that it came with. */
export interface TokenRequest {
  readonly body: SigninTypes.CreateOAuth2TokenRequestBody;
  readonly proof: Proof;
  /** The address of the endpoint, which the ID token names as its issuer. */
  readonly issuer: string;
}

interface Proven {
  readonly signedIn: SignedIn;
  /** The code that is to be used up; a refresh token is good again and again. */
  readonly code?: { readonly id: string; readonly expiresAt: number };
}

const longestCredentialSeconds = 900;
/** What an account's codes and proofs of the last minutes may be at most. */
const mostRedeemed = 10_000;
/** How far the clocks of two processes may differ. */
const clocksApartMs = 60_000;

/**
 * Temporary credentials for who signed in, as GetSessionToken makes them, for a code or a refresh token (AWS Sign-In API Reference,
 * CreateOAuth2Token). A code works once, with its verifier; a refresh token for the key it was first given to, until the sign-in is over.
 */
export const createOAuth2Token = definePersonOperation(signInOperation('CreateOAuth2Token'), {
  callers: 'person',
  effect: 'credential',
  readOnly: true,
  // Nobody is named before the code or token is opened, and then they are proven.
  claim: (_request: TokenRequest) => undefined,
  prove: async (request, proving): Promise<Proven> =>
    request.body.grantType === 'authorization_code'
      ? proveCode(request, proving)
      : proveRefresh(request, proving),
  load: ({ signedIn }, moment) => signedInCaller(signedIn, moment),
  authorize: ({ body }, caller, { region }) => [
    {
      action: 'signin:CreateOAuth2Token',
      resource: publicClientArn(body.clientId, region, caller.account.id),
    },
  ],
  describe: ({ body }) => ({
    requestParameters: { client_id: body.clientId },
    additionalEventData: { success: 'true' },
    responseElements: () => null,
  }),
  run: async (
    { body, proof, issuer },
    { signedIn, code },
    call,
  ): Promise<SigninTypes.CreateOAuth2TokenResponseBody> => {
    const { caller, now } = call;
    checkRegion(call, signedIn.account);
    await redeem([proof, ...(code === undefined ? [] : [code])], signedIn, call.identity, now);
    const seconds = Math.floor(now / 1000);
    const key = call.tokenKey();
    const expiresIn = Math.min(longestCredentialSeconds, signedIn.at + longestSignInSeconds - seconds);
    const { AccessKeyId, SecretAccessKey, SessionToken } = issueSession(call, {
      kind: 'session-token',
      account: signedIn.account,
      principalId: signedIn.user,
      ...(signedIn.deviceMark === undefined ? {} : { mfaAt: signedIn.at }),
      durationSeconds: expiresIn,
    });
    return {
      accessToken: {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      },
      tokenType: 'aws_sigv4',
      expiresIn,
      refreshToken:
        body.refreshToken ??
        sealRefresh({ signedIn, clientId: body.clientId, thumbprint: proof.thumbprint }, call),
      ...(code === undefined
        ? {}
        : {
            idToken: signIdToken(
              {
                iss: issuer,
                sub: userArn(caller.user),
                aud: body.clientId,
                iat: seconds,
                exp: seconds + expiresIn,
              },
              { id: key.id, key: key.granting },
            ),
          }),
    };
  },
});

function proveCode({ body }: TokenRequest, proving: Proving): Proven {
  const { clientId, code, codeVerifier, redirectUri } = body;
  if (code === undefined) throw missing('code');
  if (codeVerifier === undefined) throw missing('codeVerifier');
  if (redirectUri === undefined) throw missing('redirectUri');
  if (body.refreshToken !== undefined) throw missing('grantType refresh_token');
  const { signedIn, binding, id, expiresAt } = openCode(code, proving);
  if (binding !== bindingOf({ clientId, redirectUri, challenge: challengeOf(codeVerifier) }))
    throw invalidGrant();
  return { signedIn, code: { id, expiresAt } };
}

function proveRefresh({ body, proof }: TokenRequest, proving: Proving): Proven {
  const { clientId, refreshToken } = body;
  if (refreshToken === undefined) throw missing('refreshToken');
  const refresh = openRefresh(refreshToken, proving);
  if (refresh.clientId !== clientId || refresh.thumbprint !== proof.thumbprint) throw invalidGrant();
  return { signedIn: refresh.signedIn };
}

/**
 * Uses codes and proofs up, over all processes: of two requests with one of them only one gets through here. What is good no longer anyway
 * is forgotten. Throws ValidationException for what was used, TooManyRequestsError.
 */
async function redeem(
  used: readonly { readonly id: string; readonly expiresAt: number }[],
  { account }: SignedIn,
  identity: IdentityStore,
  now: number,
): Promise<void> {
  await identity.write(({ state, put, delete: remove }) => {
    const redeemed = state.all('redeemed-grant');
    for (const { id, expiresAt } of redeemed.list(account)) {
      if (expiresAt + clocksApartMs < now) remove('redeemed-grant', id);
    }
    if (redeemed.count(account) >= mostRedeemed) {
      throw fault('TooManyRequestsError', 'Too many requests. Try again later.', {
        error: 'INVALID_REQUEST',
      });
    }
    for (const { id, expiresAt } of used) {
      if (redeemed.get(id) !== undefined) throw invalidGrant();
      put('redeemed-grant', { id, account, expiresAt });
    }
  });
}

function missing(what: string): Fault {
  return fault('ValidationException', `The request needs ${what}.`, { error: 'INVALID_REQUEST' });
}
