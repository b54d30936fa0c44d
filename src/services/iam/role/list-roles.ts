import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { pageByName } from '../base/page.ts';
import { aboutEverything } from '../base/question.ts';
import { listedRole } from './describe-role.ts';

/** The roles of the account below a path (IAM API Reference, "ListRoles"). */
export const listRoles = defineOperation(iamOperations.ListRoles, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListRoles')],
  run: (input, _loaded, { state, caller }) => {
    const { items, answer } = pageByName(state.all('role').list(caller.account.id), input);
    return { Roles: items.map((role) => listedRole(state, role)), ...answer };
  },
});
