import { defineOperation } from '#services/operation';
import { deleteConflict } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { groupNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';

/** Deletes a group that has no members and no policies (IAM API Reference, "DeleteGroup"). */
export const deleteGroup = defineOperation(iamOperations.DeleteGroup, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('group').named(caller.account.id, input.GroupName),
  authorize: (input, found, world) => [aboutEntity('DeleteGroup', world, 'group', found, input.GroupName)],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      const group = groupNamed(state, caller.account.id, input.GroupName);
      if (state.usersInGroup(group.id).length > 0) throw deleteConflict('groups');
      if (Object.keys(group.inlinePolicies).length > 0) throw deleteConflict('inline policies');
      if (group.attachedPolicies.length > 0) throw deleteConflict('attached policies');
      remove('group', group.id);
    });
  },
});
