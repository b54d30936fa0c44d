import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { roleNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';
import { listedRole, roleExtras, roleLastUsed } from './describe-role.ts';

/** Describes a role, with whom it trusts now and when it was last used (IAM API Reference, "GetRole"). */
export const getRole = defineOperation(iamOperations.GetRole, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => state.all('role').named(caller.account.id, input.RoleName),
  authorize: (input, found, world) => [aboutEntity('GetRole', world, 'role', found, input.RoleName)],
  run: (input, _found, { state, caller }) => {
    const role = roleNamed(state, caller.account.id, input.RoleName);
    return {
      Role: { ...listedRole(state, role), ...roleExtras(role), RoleLastUsed: roleLastUsed(state, role) },
    };
  },
});
