import { defineOperation } from '#services/operation';
import type { IdentityState, UserDocument } from '#stores/identity';
import { deleteConflict } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { userNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';

/** Deletes a user who has nothing left: no credentials, policies or groups (IAM API Reference, "DeleteUser"). */
export const deleteUser = defineOperation(iamOperations.DeleteUser, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('user').named(caller.account.id, input.UserName),
  authorize: (input, found, world) => [aboutEntity('DeleteUser', world, 'user', found, input.UserName)],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      const user = userNamed(state, caller.account.id, input.UserName);
      checkNothingLeft(state, user);
      remove('user', user.id);
    });
  },
});

function checkNothingLeft(state: IdentityState, user: UserDocument): void {
  if (state.all('access-key').count(user.id) > 0) throw deleteConflict('access keys');
  if (state.all('mfa-device').owned(user.id).length > 0) throw deleteConflict('MFA device');
  if (state.all('login-profile').get(user.id) !== undefined) throw deleteConflict('login profile');
  if (Object.keys(user.inlinePolicies).length > 0) throw deleteConflict('inline policies');
  if (user.attachedPolicies.length > 0) throw deleteConflict('attached policies');
  if (user.groups.length > 0) throw deleteConflict('groups');
}
