import { defineOperation, loadNothing } from '#services/operation';
import { noSuchEntity } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { accountNow } from '../base/lookup.ts';
import { aboutEverything } from '../base/question.ts';

/** Takes the account's alias away (IAM API Reference, "DeleteAccountAlias"). */
export const deleteAccountAlias = defineOperation(iamOperations.DeleteAccountAlias, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: () => [aboutEverything('DeleteAccountAlias')],
  run: async (input, _loaded, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const { alias, ...rest } = accountNow(state, caller);
      if (alias !== input.AccountAlias) throw noSuchEntity('account alias', input.AccountAlias);
      put('account', rest);
    });
  },
});
