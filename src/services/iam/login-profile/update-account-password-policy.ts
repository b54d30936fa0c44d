import { defineOperation, loadNothing } from '#services/operation';
import type { PasswordPolicy } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { iamOperations } from '#wire/model';
import { accountNow } from '../base/lookup.ts';
import { aboutEverything } from '../base/question.ts';

const defaultMinimumLength = 6;

/** Sets all rules for passwords of the account anew: what is left out gets its default (IAM API Reference, "UpdateAccountPasswordPolicy"). */
export const updateAccountPasswordPolicy = defineOperation(iamOperations.UpdateAccountPasswordPolicy, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: () => [aboutEverything('UpdateAccountPasswordPolicy')],
  run: async (input, _loaded, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      put('account', { ...accountNow(state, caller), passwordPolicy: readPolicy(input) });
    });
  },
});

function readPolicy(input: IamTypes.UpdateAccountPasswordPolicyRequest): PasswordPolicy {
  return {
    minimumLength: input.MinimumPasswordLength ?? defaultMinimumLength,
    requireSymbols: input.RequireSymbols ?? false,
    requireNumbers: input.RequireNumbers ?? false,
    requireUppercase: input.RequireUppercaseCharacters ?? false,
    requireLowercase: input.RequireLowercaseCharacters ?? false,
    allowUsersToChange: input.AllowUsersToChangePassword ?? false,
    ...(input.MaxPasswordAge === undefined ? {} : { maxAgeDays: input.MaxPasswordAge }),
    ...(input.PasswordReusePrevention === undefined
      ? {}
      : { reusePrevention: input.PasswordReusePrevention }),
    ...(input.HardExpiry === undefined ? {} : { hardExpiry: input.HardExpiry }),
  };
}
