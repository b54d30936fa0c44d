import { defineOperation, loadNothing } from '#services/operation';
import { fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { accountNow } from '../base/lookup.ts';
import { aboutEverything } from '../base/question.ts';

/** Goes back to the default rules for passwords (IAM API Reference, "DeleteAccountPasswordPolicy"). */
export const deleteAccountPasswordPolicy = defineOperation(iamOperations.DeleteAccountPasswordPolicy, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: () => [aboutEverything('DeleteAccountPasswordPolicy')],
  run: async (_input, _loaded, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const { passwordPolicy, ...rest } = accountNow(state, caller);
      if (passwordPolicy === undefined) {
        throw fault('NoSuchEntity', 'The account policy with name PasswordPolicy cannot be found.');
      }
      put('account', rest);
    });
  },
});
