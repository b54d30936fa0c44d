import { type Caller, defineOperation, type UserCaller } from '#services/operation';
import { type Fault, fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEntity } from '../base/question.ts';
import { matchSealedPassword, replaceProfile, withPassword } from './password.ts';
import { passwordExpiry } from './password-rules.ts';
import { profileOf } from './profile.ts';

/**
 * Changes the caller's own password. Allowed by policy, or to every user by the account's password policy
 * (IAM API Reference, "ChangePassword"; IAM User Guide, "Permit IAM users to change their own passwords").
 */
export const changePassword = defineOperation(iamOperations.ChangePassword, {
  callers: 'signed',
  effect: 'change',
  refuse: (caller) => (caller.kind === 'user' ? undefined : notUser()),
  load: (_input, { caller }) => userCaller(caller).user,
  authorize: (_input, user, world) => [
    {
      ...aboutEntity('ChangePassword', world, 'user', user, user.name),
      allowedByAccount: world.caller.account.passwordPolicy?.allowUsersToChange ?? false,
    },
  ],
  run: async (input, user, call) => {
    const { account } = call.caller;
    const profile = profileOf(call.state, user);
    if (!(await matchSealedPassword(input.OldPassword, user.id, profile.sealedHash, call))) {
      throw fault('AccessDenied', 'The old password was incorrect.');
    }
    const expiry = passwordExpiry(account, profile);
    if (account.passwordPolicy?.hardExpiry === true && expiry !== undefined && expiry <= call.now) {
      throw fault('AccessDenied', 'The password has expired and can only be reset by an administrator.');
    }
    const changed = await withPassword(profile, input.NewPassword, account, call);
    await replaceProfile(call, user.name, profile, { ...changed, resetRequired: false });
  },
});

function userCaller(caller: Caller): UserCaller {
  if (caller.kind !== 'user') throw notUser();
  return caller;
}

function notUser(): Fault {
  return fault('InvalidUserType', 'Only IAM Users can change their own password');
}
