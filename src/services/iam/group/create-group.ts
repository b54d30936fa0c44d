import { createUniqueId } from '#core/identifiers';
import { defineOperation, loadNothing } from '#services/operation';
import type { GroupDocument } from '#stores/identity';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';
import { describeGroup } from './describe-group.ts';

/** Creates a group without members or policies (IAM API Reference, "CreateGroup"). */
export const createGroup = defineOperation(iamOperations.CreateGroup, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: (input, _loaded, world) => {
    const place = { name: input.GroupName, path: input.Path ?? '/' };
    return [aboutEntity('CreateGroup', world, 'group', place, input.GroupName)];
  },
  run: async (input, _loaded, { identity, caller, now, random }) => {
    const account = caller.account.id;
    const group = await identity.write(({ state, put }): GroupDocument => {
      const groups = state.all('group');
      if (groups.named(account, input.GroupName) !== undefined) {
        throw entityAlreadyExists('group', input.GroupName);
      }
      checkQuota('GroupsPerAccount', groups.count(account));
      const created: GroupDocument = {
        id: createUniqueId('AGPA', random),
        account,
        name: input.GroupName,
        path: input.Path ?? '/',
        createdAt: now,
        inlinePolicies: {},
        attachedPolicies: [],
      };
      put('group', created);
      return created;
    });
    return { Group: describeGroup(group) };
  },
});
