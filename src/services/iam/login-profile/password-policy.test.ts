import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller, Operation } from '#services/operation';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { deleteAccountPasswordPolicy } from './delete-account-password-policy.ts';
import { getAccountPasswordPolicy } from './get-account-password-policy.ts';
import { updateAccountPasswordPolicy } from './update-account-password-policy.ts';

/** Calls as the root, with the account as it is now. */
function call(fixture: ServiceFixture, operation: Operation, input: object = {}): Promise<unknown> {
  return fixture.call(operation, input, asRoot(fixture));
}

function asRoot(fixture: ServiceFixture): Caller {
  const account = fixture.identity.state.all('account').get(fixture.account.id);
  assert.ok(account);
  return { ...fixture.root, account };
}

test('an account without a policy has none to show or delete', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(
    call(fixture, getAccountPasswordPolicy),
    isFault('NoSuchEntity', 'The Password Policy with domain name 111122223333 cannot be found.'),
  );
  await assert.rejects(
    call(fixture, deleteAccountPasswordPolicy),
    isFault('NoSuchEntity', 'The account policy with name PasswordPolicy cannot be found.'),
  );
});

test('what an update leaves out gets its default, also when it was set before', async () => {
  const fixture = await openServiceFixture();
  const all = {
    MinimumPasswordLength: 14,
    RequireSymbols: true,
    RequireNumbers: true,
    RequireUppercaseCharacters: true,
    RequireLowercaseCharacters: true,
    AllowUsersToChangePassword: true,
    MaxPasswordAge: 90,
    PasswordReusePrevention: 24,
    HardExpiry: true,
  };
  await call(fixture, updateAccountPasswordPolicy, all);
  assert.deepEqual(await call(fixture, getAccountPasswordPolicy), {
    PasswordPolicy: { ...all, ExpirePasswords: true },
  });
  await call(fixture, updateAccountPasswordPolicy);
  assert.deepEqual(await call(fixture, getAccountPasswordPolicy), {
    PasswordPolicy: {
      MinimumPasswordLength: 6,
      RequireSymbols: false,
      RequireNumbers: false,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: false,
      ExpirePasswords: false,
      MaxPasswordAge: undefined,
      PasswordReusePrevention: undefined,
      HardExpiry: undefined,
    },
  });
});

test('a policy is deleted, and the rest of the account stays', async () => {
  const fixture = await openServiceFixture();
  await call(fixture, updateAccountPasswordPolicy);
  await call(fixture, deleteAccountPasswordPolicy);
  assert.deepEqual(asRoot(fixture).account, fixture.account);
});

test('policy is asked about the account as a whole; users who may change their password may read the rules', async () => {
  const fixture = await openServiceFixture();
  for (const [name, operation] of Object.entries({
    UpdateAccountPasswordPolicy: updateAccountPasswordPolicy,
    DeleteAccountPasswordPolicy: deleteAccountPasswordPolicy,
  })) {
    assert.deepEqual(fixture.questions(operation, {}), [{ action: `iam:${name}`, resource: '*' }]);
  }
  const question = { action: 'iam:GetAccountPasswordPolicy', resource: '*' };
  await call(fixture, updateAccountPasswordPolicy, { AllowUsersToChangePassword: true });
  const root = asRoot(fixture);
  assert.deepEqual(fixture.questions(getAccountPasswordPolicy, {}, root), [
    { ...question, allowedByAccount: false },
  ]);
  const user: Caller = { ...root, kind: 'user', user: {} } as unknown as Caller;
  assert.deepEqual(fixture.questions(getAccountPasswordPolicy, {}, user), [
    { ...question, allowedByAccount: true },
  ]);
});
