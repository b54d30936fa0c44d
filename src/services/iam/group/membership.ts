import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { groupNamed, userNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';

/** Makes a user a member of a group; of a member it changes nothing (IAM API Reference, "AddUserToGroup"). */
export const addUserToGroup = defineOperation(iamOperations.AddUserToGroup, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('group').named(caller.account.id, input.GroupName),
  authorize: (input, found, world) => [aboutEntity('AddUserToGroup', world, 'group', found, input.GroupName)],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const user = userNamed(state, caller.account.id, input.UserName);
      const group = groupNamed(state, caller.account.id, input.GroupName);
      if (user.groups.includes(group.id)) return;
      checkQuota('GroupsPerUser', user.groups.length);
      put('user', { ...user, groups: [...user.groups, group.id] });
    });
  },
});

/** Ends a user's membership in a group; of a user who is no member it changes nothing (IAM API Reference, "RemoveUserFromGroup"). */
export const removeUserFromGroup = defineOperation(iamOperations.RemoveUserFromGroup, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('group').named(caller.account.id, input.GroupName),
  authorize: (input, found, world) => [
    aboutEntity('RemoveUserFromGroup', world, 'group', found, input.GroupName),
  ],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const user = userNamed(state, caller.account.id, input.UserName);
      const group = groupNamed(state, caller.account.id, input.GroupName);
      if (!user.groups.includes(group.id)) return;
      put('user', { ...user, groups: user.groups.filter((id) => id !== group.id) });
    });
  },
});
