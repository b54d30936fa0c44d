import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account } from '#services/account';
import type { Caller, Operation } from '#services/operation';
import type { OrganizationsTypes } from '#wire/model';
import { createAccount, isFault, memberOf, openOrganization } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { organizations } from '../index.ts';

const iam = { ServicePrincipal: 'iam.amazonaws.com' };
const accounts = { ServicePrincipal: 'account.amazonaws.com' };
const unrecognized = isFault('InvalidInputException', 'You specified an unrecognized service principal.', {
  Reason: 'UNRECOGNIZED_SERVICE_PRINCIPAL',
});
const absent = isFault('AccountNotFoundException', "You specified an account that doesn't exist.");
const unregistered = isFault(
  'AccountNotRegisteredException',
  'The provided account is not a registered delegated administrator for your organization.',
);
const untrusted = isFault(
  'ConstraintViolationException',
  'You must enable service access before you delegate an administrator for this service. Call the AWS API EnableAWSServiceAccess first.',
  { Reason: 'SERVICE_ACCESS_NOT_ENABLED' },
);

interface Delegation {
  readonly fixture: ServiceFixture;
  readonly member: Caller;
  readonly id: string;
}

/** An organization that trusts IAM, with a member. */
async function openTrusting(): Promise<Delegation> {
  const fixture = await openOrganization();
  await fixture.call(organizations.EnableAWSServiceAccess, iam);
  const member = await memberOf(fixture);
  return { fixture, member, id: member.account.id };
}

async function openDelegated(): Promise<Delegation> {
  const delegation = await openTrusting();
  await delegation.fixture.call(organizations.RegisterDelegatedAdministrator, {
    AccountId: delegation.id,
    ...iam,
  });
  return delegation;
}

test('a service is trusted from when it was enabled, once, until it is disabled', async () => {
  const fixture = await openOrganization();
  const enabledAt = fixture.now;
  await fixture.call(organizations.EnableAWSServiceAccess, iam);
  fixture.now += 1000;
  await fixture.call(organizations.EnableAWSServiceAccess, iam);
  await fixture.call(organizations.EnableAWSServiceAccess, accounts);
  const list = organizations.ListAWSServiceAccessForOrganization;
  const first: OrganizationsTypes.ListAWSServiceAccessForOrganizationResponse = await fixture.call(list, {
    MaxResults: 1,
  });
  assert.deepEqual(first.EnabledServicePrincipals, [{ ...accounts, DateEnabled: fixture.now }]);
  assert.deepEqual(await fixture.call(list, { NextToken: first.NextToken }), {
    EnabledServicePrincipals: [{ ...iam, DateEnabled: enabledAt }],
  });
  await fixture.call(organizations.DisableAWSServiceAccess, accounts);
  await fixture.call(organizations.DisableAWSServiceAccess, accounts);
  assert.deepEqual(await fixture.call(list, {}), {
    EnabledServicePrincipals: [{ ...iam, DateEnabled: enabledAt }],
  });
});

test('a service that is not here is not recognized, however it is written', async () => {
  const { fixture, id } = await openTrusting();
  for (const ServicePrincipal of ['sso.amazonaws.com', 'IAM.amazonaws.com', 'iam.amazonaws.com.', '-']) {
    const input = { ServicePrincipal, AccountId: id };
    await assert.rejects(fixture.call(organizations.EnableAWSServiceAccess, input), unrecognized);
    await assert.rejects(fixture.call(organizations.DisableAWSServiceAccess, input), unrecognized);
    await assert.rejects(fixture.call(organizations.RegisterDelegatedAdministrator, input), unrecognized);
    await assert.rejects(fixture.call(organizations.DeregisterDelegatedAdministrator, input), unrecognized);
    await assert.rejects(fixture.call(organizations.ListDelegatedAdministrators, input), unrecognized);
  }
});

test('only an organization with all features trusts services', async () => {
  const fixture = await openServiceFixture();
  await fixture.call(organizations.CreateOrganization, { FeatureSet: 'CONSOLIDATED_BILLING' });
  await assert.rejects(
    fixture.call(organizations.EnableAWSServiceAccess, iam),
    isFault(
      'ConstraintViolationException',
      'You can perform this operation only in an organization that has all features enabled.',
      { Reason: 'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE' },
    ),
  );
});

test('a member becomes a delegated administrator once, and ceases to be one', async () => {
  const { fixture, id } = await openTrusting();
  const delegate = { AccountId: id, ...iam };
  await fixture.call(organizations.RegisterDelegatedAdministrator, delegate);
  await assert.rejects(
    fixture.call(organizations.RegisterDelegatedAdministrator, delegate),
    isFault(
      'AccountAlreadyRegisteredException',
      'The provided account is already a delegated administrator for your organization.',
    ),
  );
  const listed: OrganizationsTypes.ListDelegatedAdministratorsResponse = await fixture.call(
    organizations.ListDelegatedAdministrators,
    iam,
  );
  const { Account }: OrganizationsTypes.DescribeAccountResponse = await fixture.call(
    organizations.DescribeAccount,
    { AccountId: id },
  );
  const { Paths: _paths, ...member } = Account ?? {};
  assert.deepEqual(listed, {
    DelegatedAdministrators: [{ ...member, DelegationEnabledDate: fixture.now }],
  });
  assert.deepEqual(await fixture.call(organizations.ListDelegatedAdministrators, accounts), {
    DelegatedAdministrators: [],
  });
  assert.deepEqual(await fixture.call(organizations.ListDelegatedServicesForAccount, { AccountId: id }), {
    DelegatedServices: [{ ...iam, DelegationEnabledDate: fixture.now }],
  });
  await fixture.call(organizations.DeregisterDelegatedAdministrator, delegate);
  for (const operation of [
    organizations.DeregisterDelegatedAdministrator,
    organizations.ListDelegatedServicesForAccount,
  ])
    await assert.rejects(fixture.call(operation, delegate), unregistered);
});

test('an account that manages two services is listed once, since the first', async () => {
  const { fixture, id } = await openDelegated();
  const registeredAt = fixture.now;
  await fixture.call(organizations.EnableAWSServiceAccess, accounts);
  fixture.now += 1000;
  await fixture.call(organizations.RegisterDelegatedAdministrator, { AccountId: id, ...accounts });
  const listed: OrganizationsTypes.ListDelegatedAdministratorsResponse = await fixture.call(
    organizations.ListDelegatedAdministrators,
    {},
  );
  assert.deepEqual(
    listed.DelegatedAdministrators?.map((one) => [one.Id, one.DelegationEnabledDate]),
    [[id, registeredAt]],
  );
  const services: OrganizationsTypes.ListDelegatedServicesForAccountResponse = await fixture.call(
    organizations.ListDelegatedServicesForAccount,
    { AccountId: id, MaxResults: 1 },
  );
  assert.deepEqual(services.DelegatedServices, [{ ...accounts, DelegationEnabledDate: fixture.now }]);
  assert.ok(services.NextToken);
});

test('who cannot be a delegated administrator', async () => {
  const { fixture, id } = await openTrusting();
  const register = (AccountId: string, service = iam) =>
    fixture.call(organizations.RegisterDelegatedAdministrator, { AccountId, ...service });
  await fixture.addAccount('999988887777', 'stranger');
  await assert.rejects(register('999988887777'), absent);
  await assert.rejects(register('123412341234'), absent);
  await assert.rejects(
    register(fixture.account.id),
    isFault(
      'ConstraintViolationException',
      'You cannot register master account/yourself as delegated administrator for your organization.',
      { Reason: 'CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR' },
    ),
  );
  await assert.rejects(register(id, accounts), untrusted);
  await fixture.call(organizations.CloseAccount, { AccountId: id });
  await assert.rejects(
    register(id),
    isFault(
      'ConstraintViolationException',
      'You cannot register a suspended account as a delegated administrator for your organization.',
      { Reason: 'CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR' },
    ),
  );
  for (const operation of [
    organizations.DeregisterDelegatedAdministrator,
    organizations.ListDelegatedServicesForAccount,
  ])
    await assert.rejects(fixture.call(operation, { AccountId: '999988887777', ...iam }), absent);
});

const reads: readonly (readonly [Operation, object])[] = [
  [organizations.ListAccounts, {}],
  [organizations.ListRoots, {}],
  [organizations.ListPolicies, { Filter: 'SERVICE_CONTROL_POLICY' }],
  [organizations.DescribeAccount, { AccountId: '111122223333' }],
  [organizations.ListParents, { ChildId: '111122223333' }],
  [organizations.ListTagsForResource, { ResourceId: '111122223333' }],
  [organizations.ListCreateAccountStatus, {}],
  [organizations.DescribePolicy, { PolicyId: 'p-FullAWSAccess' }],
  [organizations.ListAWSServiceAccessForOrganization, {}],
  [organizations.ListDelegatedAdministrators, {}],
];
const changes: readonly (readonly [Operation, object])[] = [
  [organizations.CreateAccount, { AccountName: 'x', Email: 'x@example.com' }],
  [organizations.CloseAccount, { AccountId: '111122223333' }],
  [organizations.TagResource, { ResourceId: '111122223333', Tags: [] }],
  [organizations.EnableAWSServiceAccess, accounts],
  [organizations.DisableAWSServiceAccess, iam],
  [organizations.RegisterDelegatedAdministrator, { AccountId: '111122223333', ...iam }],
  [organizations.DeregisterDelegatedAdministrator, { AccountId: '111122223333', ...iam }],
];
const noPermission = isFault('AccessDeniedException', "You don't have permissions to access this resource.");

test('a delegated administrator looks at the organization and changes nothing', async () => {
  const { fixture, member } = await openDelegated();
  for (const [operation, input] of reads)
    assert.deepEqual(
      await fixture.call(operation, input, member),
      await fixture.call(operation, input),
      operation.model.name,
    );
  for (const [operation, input] of changes)
    await assert.rejects(fixture.call(operation, input, member), noPermission, operation.model.name);
});

test('a delegated administrator of a service that is no longer trusted is any member', async () => {
  const { fixture, member } = await openDelegated();
  await fixture.call(organizations.DisableAWSServiceAccess, iam);
  for (const [operation, input] of reads)
    await assert.rejects(fixture.call(operation, input, member), noPermission, operation.model.name);
  const listed: OrganizationsTypes.ListDelegatedAdministratorsResponse = await fixture.call(
    organizations.ListDelegatedAdministrators,
    iam,
  );
  assert.equal(listed.DelegatedAdministrators?.length, 1);
});

test('the delegated administrator of account management administers members, and no other member does', async () => {
  const { fixture, member } = await openDelegated();
  const other = await createAccount(fixture, 'other');
  const ask = (AccountId: string | undefined) =>
    fixture.call(account.GetRegionOptStatus, { AccountId, RegionName: 'eu-west-1' }, member);
  const denied = isFault(
    'AccessDeniedException',
    `User: arn:aws:iam::${member.account.id}:root is not authorized to perform: account:GetRegionOptStatus`,
  );
  await assert.rejects(ask(other.AccountId), denied);
  await fixture.call(organizations.EnableAWSServiceAccess, accounts);
  await fixture.call(organizations.RegisterDelegatedAdministrator, {
    AccountId: member.account.id,
    ...accounts,
  });
  assert.deepEqual(await ask(other.AccountId), {
    RegionName: 'eu-west-1',
    RegionOptStatus: 'ENABLED_BY_DEFAULT',
  });
  await assert.rejects(
    ask('111122223333'),
    isFault(
      'AccessDeniedException',
      `User: arn:aws:iam::${member.account.id}:root is not authorized to perform: account:GetRegionOptStatus (The management account can only be managed using the standalone context from the management account.)`,
    ),
  );
  await fixture.call(organizations.DisableAWSServiceAccess, accounts);
  await assert.rejects(ask(other.AccountId), denied);
});

test('the operations ask about the account and the service', async () => {
  const { fixture, id } = await openTrusting();
  const organization = fixture.identity.state.all('organization').list('')[0];
  const context = { 'organizations:ServicePrincipal': 'iam.amazonaws.com' };
  for (const name of ['EnableAWSServiceAccess', 'DisableAWSServiceAccess'] as const)
    assert.deepEqual(fixture.questions(organizations[name], iam), [
      { action: `organizations:${name}`, resource: '*', context },
    ]);
  for (const name of ['RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'] as const)
    assert.deepEqual(fixture.questions(organizations[name], { AccountId: id, ...iam }), [
      {
        action: `organizations:${name}`,
        resource: `arn:aws:organizations::111122223333:account/${organization?.id}/${id}`,
        resourceTags: [],
        context,
      },
    ]);
});
