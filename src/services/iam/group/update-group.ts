import { defineOperation } from '#services/operation';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { groupNamed } from '../base/lookup.ts';
import { aboutRenaming } from '../base/question.ts';

/** Gives a group another name or path; members and policies stay (IAM API Reference, "UpdateGroup"). */
export const updateGroup = defineOperation(iamOperations.UpdateGroup, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('group').named(caller.account.id, input.GroupName),
  authorize: (input, found, world) =>
    aboutRenaming('UpdateGroup', world, 'group', found, input.GroupName, {
      name: input.NewGroupName,
      path: input.NewPath,
    }),
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const group = groupNamed(state, caller.account.id, input.GroupName);
      const name = input.NewGroupName ?? group.name;
      const holder = state.all('group').named(caller.account.id, name);
      if (holder !== undefined && holder.id !== group.id) throw entityAlreadyExists('group', name);
      put('group', { ...group, name, path: input.NewPath ?? group.path });
    });
  },
});
