import { createUniqueId } from '#core/identifiers';
import { defineOperation } from '#services/operation';
import type { UserDocument } from '#stores/identity';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkBoundary } from '../base/boundary.ts';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';
import { readTags, requestTagContext } from '../base/tags.ts';
import { describeUser } from './describe-user.ts';

/** Creates a user without credentials or permissions (IAM API Reference, "CreateUser"). */
export const createUser = defineOperation(iamOperations.CreateUser, {
  callers: 'signed',
  effect: 'change',
  load: (input) => ({ tags: readTags(input.Tags) }),
  authorize: (input, { tags }, world) => {
    const place = { name: input.UserName, path: input.Path ?? '/' };
    const context = { ...requestTagContext(tags), 'iam:PermissionsBoundary': input.PermissionsBoundary };
    // Who may create a user may not thereby tag them: tags can decide what a user may do.
    const actions = tags.length === 0 ? ['CreateUser'] : ['CreateUser', 'TagUser'];
    return actions.map((action) => aboutEntity(action, world, 'user', place, input.UserName, context));
  },
  run: async (input, { tags }, { identity, caller, now, random }) => {
    const account = caller.account.id;
    const user = await identity.write(({ state, put }): UserDocument => {
      const users = state.all('user');
      if (users.named(account, input.UserName) !== undefined)
        throw entityAlreadyExists('user', input.UserName);
      if (input.PermissionsBoundary !== undefined) checkBoundary(state, account, input.PermissionsBoundary);
      checkQuota('UsersPerAccount', users.count(account));
      const created: UserDocument = {
        id: createUniqueId('AIDA', random),
        account,
        name: input.UserName,
        path: input.Path ?? '/',
        createdAt: now,
        inlinePolicies: {},
        attachedPolicies: [],
        tags,
        groups: [],
        ...(input.PermissionsBoundary === undefined
          ? {}
          : { permissionsBoundary: input.PermissionsBoundary }),
      };
      put('user', created);
      return created;
    });
    return { User: describeUser(user) };
  },
});
