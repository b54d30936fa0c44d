import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { aboutEverything } from '../base/question.ts';

/** The account's alias, of which there is at most one (IAM API Reference, "ListAccountAliases"). */
export const listAccountAliases = defineOperation(iamOperations.ListAccountAliases, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListAccountAliases')],
  run: (input, _loaded, { caller }) => {
    const { alias } = caller.account;
    const { items, answer } = page(alias === undefined ? [] : [alias], (item) => item, input);
    return { AccountAliases: items, ...answer };
  },
});
