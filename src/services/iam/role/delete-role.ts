import { defineOperation } from '#services/operation';
import { deleteConflict } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { modifiableRoleNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';

/** Deletes a role that has no policies and is in no instance profile; its sessions end with it (IAM API Reference, "DeleteRole"). */
export const deleteRole = defineOperation(iamOperations.DeleteRole, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('role').named(caller.account.id, input.RoleName),
  authorize: (input, found, world) => [aboutEntity('DeleteRole', world, 'role', found, input.RoleName)],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      const role = modifiableRoleNamed(state, caller.account.id, input.RoleName);
      if (state.all('instance-profile').owned(role.id).length > 0) throw deleteConflict('instance profiles');
      if (role.attachedPolicies.length > 0) throw deleteConflict('attached policies');
      if (Object.keys(role.inlinePolicies).length > 0) throw deleteConflict('inline policies');
      remove('role', role.id);
      if (state.all('last-used').get(role.id) !== undefined) remove('last-used', role.id);
    });
  },
});
