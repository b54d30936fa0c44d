import { defineOperation } from '#services/operation';
import { noSuchRoleInProfile } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { instanceProfileNamed, modifiableRoleNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';

/**
 * Puts a role into an instance profile that is empty (IAM API Reference, "AddRoleToInstanceProfile"). Instances with the profile will act
 * as the role, so the caller must also be allowed to pass it to EC2.
 */
export const addRoleToInstanceProfile = defineOperation(iamOperations.AddRoleToInstanceProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => ({
    profile: state.all('instance-profile').named(caller.account.id, input.InstanceProfileName),
    role: state.all('role').named(caller.account.id, input.RoleName),
  }),
  authorize: (input, { profile, role }, world) => [
    aboutEntity('AddRoleToInstanceProfile', world, 'instance-profile', profile, input.InstanceProfileName),
    aboutEntity('PassRole', world, 'role', role, input.RoleName, {
      'iam:PassedToService': 'ec2.amazonaws.com',
    }),
  ],
  run: async (input, _loaded, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const profile = instanceProfileNamed(state, caller.account.id, input.InstanceProfileName);
      const role = modifiableRoleNamed(state, caller.account.id, input.RoleName);
      checkQuota('InstanceSessionsPerInstanceProfile', profile.roles.length);
      put('instance-profile', { ...profile, roles: [role.id] });
    });
  },
});

/** Takes a role out of an instance profile (IAM API Reference, "RemoveRoleFromInstanceProfile"). */
export const removeRoleFromInstanceProfile = defineOperation(iamOperations.RemoveRoleFromInstanceProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) =>
    state.all('instance-profile').named(caller.account.id, input.InstanceProfileName),
  authorize: (input, found, world) => [
    aboutEntity('RemoveRoleFromInstanceProfile', world, 'instance-profile', found, input.InstanceProfileName),
  ],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const profile = instanceProfileNamed(state, caller.account.id, input.InstanceProfileName);
      const role = modifiableRoleNamed(state, caller.account.id, input.RoleName);
      if (!profile.roles.includes(role.id)) throw noSuchRoleInProfile(role.name, profile.name);
      put('instance-profile', { ...profile, roles: [] });
    });
  },
});
