import { isAccountId } from '#core/identifiers';
import { defineOperation, loadNothing } from '#services/operation';
import { entityAlreadyExists, fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { accountNow } from '../base/lookup.ts';
import { aboutEverything } from '../base/question.ts';

/**
 * Gives the account an alias that no account has, in place of the one it had (IAM API Reference, "CreateAccountAlias";
 * IAM User Guide, "Use an alias for your AWS account ID").
 */
export const createAccountAlias = defineOperation(iamOperations.CreateAccountAlias, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: () => [aboutEverything('CreateAccountAlias')],
  run: async (input, _loaded, { identity, caller }) => {
    const alias = input.AccountAlias;
    if (isAccountId(alias)) {
      // It would stand for an account and for the alias of another.
      throw fault(
        'ValidationError',
        'The specified value for accountAlias is invalid. It must not be the 12 digits of an account id.',
      );
    }
    await identity.write(({ state, put }) => {
      const account = accountNow(state, caller);
      const isTaken = state
        .all('account')
        .list('')
        .some((other) => other.alias === alias);
      if (isTaken) throw entityAlreadyExists('account alias', alias);
      put('account', { ...account, alias });
    });
  },
});
