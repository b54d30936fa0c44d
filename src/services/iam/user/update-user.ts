import { defineOperation } from '#services/operation';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { userNamed } from '../base/lookup.ts';
import { aboutRenaming } from '../base/question.ts';

/** Gives a user another name or path; the unique id, keys and policies stay (IAM API Reference, "UpdateUser"). */
export const updateUser = defineOperation(iamOperations.UpdateUser, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => state.all('user').named(caller.account.id, input.UserName),
  authorize: (input, found, world) =>
    aboutRenaming('UpdateUser', world, 'user', found, input.UserName, {
      name: input.NewUserName,
      path: input.NewPath,
    }),
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const user = userNamed(state, caller.account.id, input.UserName);
      const name = input.NewUserName ?? user.name;
      const holder = state.all('user').named(caller.account.id, name);
      if (holder !== undefined && holder.id !== user.id) throw entityAlreadyExists('user', name);
      put('user', { ...user, name, path: input.NewPath ?? user.path });
    });
  },
});
