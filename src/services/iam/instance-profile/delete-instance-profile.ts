import { defineOperation } from '#services/operation';
import { deleteConflict } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { instanceProfileNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';

/** Deletes an instance profile that holds no role (IAM API Reference, "DeleteInstanceProfile"). */
export const deleteInstanceProfile = defineOperation(iamOperations.DeleteInstanceProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) =>
    state.all('instance-profile').named(caller.account.id, input.InstanceProfileName),
  authorize: (input, found, world) => [
    aboutEntity('DeleteInstanceProfile', world, 'instance-profile', found, input.InstanceProfileName),
  ],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      const profile = instanceProfileNamed(state, caller.account.id, input.InstanceProfileName);
      if (profile.roles.length > 0) throw deleteConflict('instance profiles');
      remove('instance-profile', profile.id);
    });
  },
});
