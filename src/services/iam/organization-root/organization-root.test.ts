import assert from 'node:assert/strict';
import { test } from 'node:test';
import { organizations } from '#services/organizations';
import type { IamTypes } from '#wire/model';
import { isFault, memberOf, openOrganization } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { organizationRootOperations as operations } from './index.ts';

const trusted = { ServicePrincipal: 'iam.amazonaws.com' };
const names = Object.keys(operations) as (keyof typeof operations)[];
const enabling = names.filter((name) => name.startsWith('Enable'));

async function openTrusting(): Promise<ServiceFixture> {
  const fixture = await openOrganization();
  await fixture.call(organizations.EnableAWSServiceAccess, trusted);
  return fixture;
}

async function expectEverywhere(
  fixture: ServiceFixture,
  expected: (error: unknown) => boolean,
  caller = fixture.root,
): Promise<void> {
  for (const name of names) await assert.rejects(fixture.call(operations[name], {}, caller), expected, name);
}

test('features are switched on and off, each for itself and in any order', async () => {
  const fixture = await openTrusting();
  const [organization] = fixture.identity.state.all('organization').list('');
  const run = async (name: keyof typeof operations): Promise<readonly string[] | undefined> => {
    const answer: IamTypes.ListOrganizationsFeaturesResponse = await fixture.call(operations[name], {});
    assert.equal(answer.OrganizationId, organization?.id);
    return answer.EnabledFeatures;
  };
  const both = ['RootCredentialsManagement', 'RootSessions'];
  assert.deepEqual(await run('ListOrganizationsFeatures'), []);
  assert.deepEqual(await run('EnableOrganizationsRootSessions'), ['RootSessions']);
  assert.deepEqual(await run('EnableOrganizationsRootCredentialsManagement'), both);
  assert.deepEqual(await run('EnableOrganizationsRootSessions'), both);
  assert.deepEqual(await run('ListOrganizationsFeatures'), both);
  assert.deepEqual(await run('DisableOrganizationsRootCredentialsManagement'), ['RootSessions']);
  assert.deepEqual(await run('DisableOrganizationsRootSessions'), []);
  assert.deepEqual(await run('DisableOrganizationsRootSessions'), []);
});

test('an account without an organization has no features', async () => {
  await expectEverywhere(
    await openServiceFixture(),
    isFault('OrganizationNotFoundException', 'Your account is not a member of an organization.'),
  );
});

test('nor has one in an organization without all features', async () => {
  const fixture = await openServiceFixture();
  await fixture.call(organizations.CreateOrganization, { FeatureSet: 'CONSOLIDATED_BILLING' });
  await expectEverywhere(
    fixture,
    isFault(
      'OrganizationNotInAllFeaturesModeException',
      'Your organization does not have all features enabled.',
    ),
  );
});

test('nor one in an organization that does not trust IAM', async () => {
  const fixture = await openOrganization();
  await expectEverywhere(
    fixture,
    isFault(
      'ServiceAccessNotEnabledException',
      'Your organization does not trust IAM. Call the AWS API EnableAWSServiceAccess for iam.amazonaws.com first.',
    ),
  );
});

test('a member may do nothing; as a delegated administrator it may look and switch off, and not switch on', async () => {
  const fixture = await openTrusting();
  const member = await memberOf(fixture);
  assert.equal(member.kind, 'root');
  await expectEverywhere(
    fixture,
    isFault(
      'AccountNotManagementOrDelegatedAdministratorException',
      'Your account is neither the management account of its organization nor a delegated administrator for IAM.',
    ),
    member as typeof fixture.root,
  );
  await fixture.call(organizations.RegisterDelegatedAdministrator, {
    AccountId: member.account.id,
    ...trusted,
  });
  for (const name of enabling)
    await assert.rejects(
      fixture.call(operations[name], {}, member),
      isFault(
        'CallerIsNotManagementAccountException',
        'Only the management account of the organization can do this.',
      ),
      name,
    );
  for (const name of names.filter((one) => !enabling.includes(one)))
    await fixture.call(operations[name], {}, member);
});

test('the operations ask about no resource', async () => {
  const fixture = await openServiceFixture();
  for (const name of names)
    assert.deepEqual(fixture.questions(operations[name], {}), [{ action: `iam:${name}`, resource: '*' }]);
});
