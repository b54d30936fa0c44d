import { defineOperation, loadNothing } from '#services/operation';
import { noSuchEntity } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';

/**
 * The rules for passwords of the account. Users who may change their password by those rules may also read them
 * (IAM API Reference, "GetAccountPasswordPolicy").
 */
export const getAccountPasswordPolicy = defineOperation(iamOperations.GetAccountPasswordPolicy, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: (_input, _loaded, { caller }) => [
    {
      ...aboutEverything('GetAccountPasswordPolicy'),
      allowedByAccount:
        caller.kind === 'user' && (caller.account.passwordPolicy?.allowUsersToChange ?? false),
    },
  ],
  run: (_input, _loaded, { caller }) => {
    const { passwordPolicy: policy, id } = caller.account;
    if (policy === undefined) throw noSuchEntity('password policy', id);
    return {
      PasswordPolicy: {
        MinimumPasswordLength: policy.minimumLength,
        RequireSymbols: policy.requireSymbols,
        RequireNumbers: policy.requireNumbers,
        RequireUppercaseCharacters: policy.requireUppercase,
        RequireLowercaseCharacters: policy.requireLowercase,
        AllowUsersToChangePassword: policy.allowUsersToChange,
        ExpirePasswords: policy.maxAgeDays !== undefined,
        MaxPasswordAge: policy.maxAgeDays,
        PasswordReusePrevention: policy.reusePrevention,
        HardExpiry: policy.hardExpiry,
      },
    };
  },
});
