import { defineOperation } from '#services/operation';
import type { RoleDocument } from '#stores/identity';
import { iamOperations } from '#wire/model';
import { modifiableRoleNamed, roleNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';
import { describedRole } from './describe-role.ts';

/**
 * Changes a role's description and longest session; what is left out stays (IAM API Reference, "UpdateRole").
 * Of a service's role only the description can be changed.
 */
export const updateRole = defineOperation(iamOperations.UpdateRole, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('role').named(caller.account.id, input.RoleName),
  authorize: (input, found, world) => [aboutEntity('UpdateRole', world, 'role', found, input.RoleName)],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const find = input.MaxSessionDuration === undefined ? roleNamed : modifiableRoleNamed;
      const role = find(state, caller.account.id, input.RoleName);
      put('role', {
        ...role,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.MaxSessionDuration === undefined
          ? {}
          : { maxSessionDurationSeconds: input.MaxSessionDuration }),
      });
    });
    return {};
  },
});

/** Changes a role's description and answers the role; UpdateRole's predecessor (IAM API Reference, "UpdateRoleDescription"). */
export const updateRoleDescription = defineOperation(iamOperations.UpdateRoleDescription, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('role').named(caller.account.id, input.RoleName),
  authorize: (input, found, world) => [
    aboutEntity('UpdateRoleDescription', world, 'role', found, input.RoleName),
  ],
  run: async (input, _found, { identity, caller }) => {
    const role = await identity.write(({ state, put }): RoleDocument => {
      const role = roleNamed(state, caller.account.id, input.RoleName);
      const updated = { ...role, description: input.Description };
      put('role', updated);
      return updated;
    });
    return { Role: describedRole(identity.state, role) };
  },
});
