import { claimOf, definePersonOperation, type SignedIn, signedInCaller } from '#services/operation';
import { bindingOf, sealCode } from './grants.ts';
import { signInOperation } from './sign-in-operation.ts';

/** The program that signs in runs where the browser does. */
export const sameDevice = 'arn:aws:signin:::devtools/same-device';
/** It runs elsewhere, and the person carries the code to it. */
export const crossDevice = 'arn:aws:signin:::devtools/cross-device';
export const clientIds: ReadonlySet<string> = new Set([sameDevice, crossDevice]);

/** What a program asks a person for: a code, and where and how it will use it (RFC 6749 §4.1.1, RFC 7636 §4.3). */
export interface Authorization {
  readonly signedIn: SignedIn;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly challenge: string;
  readonly challengeMethod: string;
}

/** Gives a program a code for who signed in, good once and for a few minutes (IAM action `signin:AuthorizeOAuth2Access`). */
export const authorizeOAuth2Access = definePersonOperation(signInOperation('AuthorizeOAuth2Access'), {
  callers: 'person',
  effect: 'credential',
  readOnly: true,
  claim: ({ signedIn }: Authorization, { state }) =>
    claimOf(signedIn.account, state.all('user').get(signedIn.user)),
  prove: async ({ signedIn }): Promise<SignedIn> => signedIn,
  load: signedInCaller,
  authorize: ({ clientId }, caller, { region }) => [
    {
      action: 'signin:AuthorizeOAuth2Access',
      resource: publicClientArn(clientId, region, caller.account.id),
    },
  ],
  describe: ({ scope, redirectUri, challengeMethod, clientId }) => ({
    requestParameters: {
      scope,
      redirect_uri: redirectUri,
      code_challenge_method: challengeMethod,
      client_id: clientId,
    },
    additionalEventData: { success: 'true' },
    responseElements: () => null,
  }),
  run: async ({ clientId, redirectUri, challenge }, signedIn, call): Promise<string> =>
    sealCode({ signedIn, binding: bindingOf({ clientId, redirectUri, challenge }) }, call),
});

/** The client as policies name it (AWS CLI User Guide, "Login for AWS local development"). */
export function publicClientArn(clientId: string, region: string, account: string): string {
  const name = clientId === crossDevice ? 'remote' : 'localhost';
  return `arn:aws:signin:${region}:${account}:oauth2/public-client/${name}`;
}
