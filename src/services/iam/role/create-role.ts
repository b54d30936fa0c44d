import { createUniqueId } from '#core/identifiers';
import { defineOperation } from '#services/operation';
import type { RoleDocument } from '#stores/identity';
import { entityAlreadyExists, fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkBoundary } from '../base/boundary.ts';
import { serviceLinkedPath } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';
import { readTags, requestTagContext } from '../base/tags.ts';
import { describedRole, roleExtras } from './describe-role.ts';
import { bindTrust, readTrustPolicy } from './trust-policy.ts';

const defaultMaxSessionSeconds = 3600;

/**
 * Creates a role without permissions (IAM API Reference, "CreateRole").
 * Its trust policy cannot name the role itself, which does not exist before this.
 */
export const createRole = defineOperation(iamOperations.CreateRole, {
  callers: 'signed',
  effect: 'change',
  load: (input) => ({ tags: readTags(input.Tags), trust: readTrustPolicy(input.AssumeRolePolicyDocument) }),
  authorize: (input, { tags }, world) => {
    const place = { name: input.RoleName, path: input.Path ?? '/' };
    const context = { ...requestTagContext(tags), 'iam:PermissionsBoundary': input.PermissionsBoundary };
    // Who may create a role may not thereby tag it: tags can decide what a role may do.
    const actions = tags.length === 0 ? ['CreateRole'] : ['CreateRole', 'TagRole'];
    return actions.map((action) => aboutEntity(action, world, 'role', place, input.RoleName, context));
  },
  run: async (input, { tags, trust }, { identity, caller, now, random }) => {
    const account = caller.account.id;
    if (input.Path?.startsWith(serviceLinkedPath)) {
      throw fault(
        'InvalidInput',
        `Path prefix '${serviceLinkedPath}' can only be used for AWS Service linked Roles`,
      );
    }
    const role = await identity.write(({ state, put }): RoleDocument => {
      const roles = state.all('role');
      if (roles.named(account, input.RoleName) !== undefined)
        throw entityAlreadyExists('role', input.RoleName);
      if (input.PermissionsBoundary !== undefined) checkBoundary(state, account, input.PermissionsBoundary);
      checkQuota('RolesPerAccount', roles.count(account));
      const created: RoleDocument = {
        id: createUniqueId('AROA', random),
        account,
        name: input.RoleName,
        path: input.Path ?? '/',
        createdAt: now,
        inlinePolicies: {},
        attachedPolicies: [],
        tags,
        maxSessionDurationSeconds: input.MaxSessionDuration ?? defaultMaxSessionSeconds,
        ...bindTrust(state, input.AssumeRolePolicyDocument, trust),
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.PermissionsBoundary === undefined
          ? {}
          : { permissionsBoundary: input.PermissionsBoundary }),
      };
      put('role', created);
      return created;
    });
    return { Role: { ...describedRole(identity.state, role), ...roleExtras(role) } };
  },
});
