import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { pageByName } from '../base/page.ts';
import { aboutEverything } from '../base/question.ts';
import { listedUser } from './describe-user.ts';

/** The users of the account below a path (IAM API Reference, "ListUsers"). */
export const listUsers = defineOperation(iamOperations.ListUsers, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListUsers')],
  run: (input, _loaded, { state, caller }) => {
    const { items, answer } = pageByName(state.all('user').list(caller.account.id), input);
    return { Users: items.map(listedUser), ...answer };
  },
});
