import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrganizationsTypes } from '#wire/model';
import {
  createAccount,
  createPolicy,
  createUnit,
  isFault,
  openOrganization,
  openPolicyOrganization,
  rootIdOf,
} from '../../../test/organization-fixture.ts';
import { organizations } from './index.ts';

test('CloseAccount suspends a member, once, and leaves it in the organization', async () => {
  const fixture = await openOrganization();
  const { AccountId } = await createAccount(fixture, 'member');
  const close = (id = AccountId): Promise<never> =>
    fixture.call(organizations.CloseAccount, { AccountId: id });
  await close();
  const { Account }: OrganizationsTypes.DescribeAccountResponse = await fixture.call(
    organizations.DescribeAccount,
    { AccountId },
  );
  assert.deepEqual([Account?.Status, Account?.State], ['SUSPENDED', 'SUSPENDED']);
  await assert.rejects(
    close(),
    isFault('AccountAlreadyClosedException', 'The provided account is already closed.'),
  );
});

test('CloseAccount closes neither the management account nor one outside the organization', async () => {
  const fixture = await openOrganization();
  await fixture.addAccount('999988887777', 'stranger');
  await assert.rejects(
    fixture.call(organizations.CloseAccount, { AccountId: '111122223333' }),
    isFault('ConstraintViolationException', 'You cannot close the management account of an organization.', {
      Reason: 'CANNOT_CLOSE_MANAGEMENT_ACCOUNT',
    }),
  );
  await assert.rejects(
    fixture.call(organizations.CloseAccount, { AccountId: '999988887777' }),
    isFault('AccountNotFoundException', "You specified an account that doesn't exist."),
  );
  assert.equal(fixture.identity.state.all('account').get('999988887777')?.organization, undefined);
});

test('DeleteOrganization ends an empty organization and leaves nothing of it', async () => {
  const fixture = await openPolicyOrganization();
  const policy = await createPolicy(fixture, 'deny');
  await fixture.call(organizations.AttachPolicy, { PolicyId: policy, TargetId: rootIdOf(fixture) });
  await fixture.call(organizations.DetachPolicy, { PolicyId: policy, TargetId: rootIdOf(fixture) });
  await fixture.call(organizations.DeletePolicy, { PolicyId: policy });
  await createAccount(fixture, 'failed', { Email: 'management@example.com' });
  await fixture.call(organizations.DeleteOrganization, {});
  const { state } = fixture.identity;
  assert.equal(state.all('account').get('111122223333')?.organization, undefined);
  for (const kind of ['organization', 'policy-attachment', 'account-creation'] as const)
    assert.deepEqual([...state.all(kind).values()], []);
  await fixture.call(organizations.CreateOrganization, {});
});

for (const [what, fill] of [
  ['an account', createAccount],
  [
    'an organizational unit',
    (fixture: Awaited<ReturnType<typeof openOrganization>>, name: string) =>
      createUnit(fixture, rootIdOf(fixture), name),
  ],
  ['a policy', createPolicy],
] as const) {
  test(`DeleteOrganization is refused while there is ${what}`, async () => {
    const fixture = await openOrganization();
    await fill(fixture, 'something');
    await assert.rejects(
      fixture.call(organizations.DeleteOrganization, {}),
      isFault(
        'OrganizationNotEmptyException',
        "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account, delete all OUs, and delete all policies.",
      ),
    );
    assert.equal(fixture.identity.state.all('organization').count(''), 1);
  });
}
