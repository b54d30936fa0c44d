import {
  claimOf,
  definePersonOperation,
  matchSealedPassword,
  passwordExpiry,
  type SignedIn,
  signedInCaller,
  userArn,
  withNewPassword,
} from '#services/operation';
import { fault } from '#wire/faults';
import { iamOperations, type OperationModel } from '#wire/model';
import { replaceProfile, withPassword } from './password.ts';
import { violation } from './password-rules.ts';
import { profileOf } from './profile.ts';

/** Somebody who has shown the present password, and the one they want instead. */
export interface PasswordChange {
  readonly signedIn: SignedIn;
  readonly newPassword: string;
}

/**
 * Changes the password of who signs in, as ChangePassword does, and gives the sign-in back as one with the new password. Who has to change
 * it can do nothing else (IAM User Guide, "How IAM users change their own password").
 */
export const changePasswordAtSignIn = definePersonOperation(iamOperations.ChangePassword as OperationModel, {
  callers: 'person',
  effect: 'credential',
  claim: ({ signedIn }: PasswordChange, { state }) =>
    claimOf(signedIn.account, state.all('user').get(signedIn.user)),
  prove: async ({ signedIn }): Promise<SignedIn> => signedIn,
  load: (signedIn, moment) => signedInCaller(signedIn, moment, 'password change'),
  authorize: (_input, { user, account }) => [
    {
      action: 'iam:ChangePassword',
      resource: userArn(user),
      resourceTags: user.tags,
      allowedByAccount: account.passwordPolicy?.allowUsersToChange ?? false,
    },
  ],
  describe: () => ({ responseElements: () => null }),
  run: async ({ newPassword }, signedIn, call): Promise<SignedIn> => {
    const { account, user } = call.caller;
    const profile = profileOf(call.state, user);
    const expiry = passwordExpiry(account, profile);
    if (account.passwordPolicy?.hardExpiry === true && expiry !== undefined && expiry <= call.now)
      throw fault('AccessDenied', 'The password has expired and can only be reset by an administrator.');
    if (await matchSealedPassword(newPassword, user.id, profile.sealedHash, call))
      throw violation('The new password must be another than the present one.');
    const changed = { ...(await withPassword(profile, newPassword, account, call)), resetRequired: false };
    await replaceProfile(call, user.name, profile, changed);
    return withNewPassword(signedIn, changed);
  },
});
