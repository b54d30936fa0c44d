import {
  type Call,
  type Caller,
  defineOperation,
  matchSealedPassword,
  passwordExpiry,
  type UserCaller,
} from '#services/operation';
import type { LoginProfileDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEntity } from '../base/question.ts';
import { replaceProfile, withPassword } from './password.ts';
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
    if (!(await matchOldPassword(input.OldPassword, profile, call))) {
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

/**
 * Whether this is the present password. Whoever has a key of the user could try words all day: guesses are slowed down like those of an
 * MFA code, in the words for a wrong one.
 */
async function matchOldPassword(
  given: string,
  { id, sealedHash }: LoginProfileDocument,
  call: Call,
): Promise<boolean> {
  const { guesses, now } = call;
  if (!guesses.isOpen(sealedHash, now)) return false;
  // Taken for wrong until it is known to be right: hashing takes time, in which any number of guesses could be begun.
  guesses.failed(sealedHash, now);
  if (!(await matchSealedPassword(given, id, sealedHash, call))) return false;
  guesses.succeeded(sealedHash);
  return true;
}

function userCaller(caller: Caller): UserCaller {
  if (caller.kind !== 'user') throw notUser();
  return caller;
}

function notUser(): Fault {
  return fault('InvalidUserType', 'Only IAM Users can change their own password');
}
