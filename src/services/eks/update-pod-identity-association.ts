import { defineOperation } from '#services/operation';
import { eksOperations } from '#wire/model';
import {
  aboutAssociation,
  associationArn,
  describeAssociation,
  findAssociation,
  requireAssociation,
} from './association.ts';
import { checkTerms } from './association-terms.ts';
import { aboutPassing, checkPassedRole, findPassedRole } from './passed-role.ts';

/**
 * Changes the role of an association or what its sessions carry; what is left out stays, and an empty policy takes the policy away
 * (Amazon EKS API Reference, "UpdatePodIdentityAssociation").
 */
export const updatePodIdentityAssociation = defineOperation(eksOperations.UpdatePodIdentityAssociation, {
  callers: 'signed',
  effect: 'change',

  load: (input, world) => ({
    found: findAssociation(world, input),
    role: input.roleArn === undefined ? undefined : findPassedRole(world.state, input.roleArn),
  }),

  authorize: (input, { found, role }, world) => [
    aboutAssociation('UpdatePodIdentityAssociation', associationArn(world, input), found),
    ...(role === undefined ? [] : [aboutPassing(role)]),
  ],

  run: async (input, _loaded, call) => {
    const document = await call.identity.write(({ state, put }) => {
      const { policy: present, ...found } = requireAssociation({ ...call, state }, input);
      const { roleArn = found.roleArn, disableSessionTags = found.disableSessionTags, targetRoleArn } = input;
      const policy = input.policy === '' ? undefined : (input.policy ?? present);
      checkTerms({ policy, disableSessionTags, targetRoleArn });
      if (input.roleArn !== undefined) checkPassedRole(state, roleArn, found.account);
      const changed = {
        ...found,
        roleArn,
        disableSessionTags,
        ...(policy === undefined ? {} : { policy }),
        modifiedAt: call.now,
      };
      put('pod-identity-association', changed);
      return changed;
    });
    return describeAssociation(document);
  },
});
