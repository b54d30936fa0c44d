import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrganizationsTypes } from '#wire/model';
import { isFault, memberOf, openOrganization } from '../../../test/organization-fixture.ts';
import { openServiceFixture } from '../../../test/service-fixture.ts';
import { organizations } from './index.ts';

const notInUse = 'Your account is not a member of an organization.';
const noPermission = "You don't have permissions to access this resource.";

test('CreateOrganization makes the caller the management account of an organization with all features', async () => {
  const fixture = await openServiceFixture();
  const { Organization }: OrganizationsTypes.CreateOrganizationResponse = await fixture.call(
    organizations.CreateOrganization,
    {},
  );
  assert.match(Organization?.Id ?? '', /^o-[a-z0-9]{10,32}$/);
  assert.deepEqual(Organization, {
    Id: Organization?.Id,
    Arn: `arn:aws:organizations::111122223333:organization/${Organization?.Id}`,
    FeatureSet: 'ALL',
    MasterAccountArn: `arn:aws:organizations::111122223333:account/${Organization?.Id}/111122223333`,
    MasterAccountId: '111122223333',
    MasterAccountEmail: 'management@example.com',
    AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
  });
  assert.deepEqual(fixture.identity.state.all('account').get('111122223333')?.organization, {
    id: Organization?.Id,
    parent: fixture.identity.state.all('organization').list('')[0]?.rootId,
    joinedMethod: 'INVITED',
    joinedAt: fixture.now,
    status: 'ACTIVE',
  });
});

test('CreateOrganization keeps the feature set that was asked for', async () => {
  const fixture = await openServiceFixture();
  const answer: OrganizationsTypes.CreateOrganizationResponse = await fixture.call(
    organizations.CreateOrganization,
    { FeatureSet: 'CONSOLIDATED_BILLING' },
  );
  assert.equal(answer.Organization?.FeatureSet, 'CONSOLIDATED_BILLING');
  assert.deepEqual(answer.Organization?.AvailablePolicyTypes, []);
});

test('an account belongs to one organization at most, whether it manages it or is a member', async () => {
  const fixture = await openOrganization();
  const refused = isFault(
    'AlreadyInOrganizationException',
    'The provided account is already a member of an organization.',
  );
  await assert.rejects(fixture.call(organizations.CreateOrganization, {}), refused);
  const member = await memberOf(fixture);
  await assert.rejects(fixture.call(organizations.CreateOrganization, {}, member), refused);
});

test('of two CreateOrganization calls at once one succeeds', async () => {
  const fixture = await openServiceFixture();
  const outcomes = await Promise.allSettled([
    fixture.call(organizations.CreateOrganization, {}),
    fixture.call(organizations.CreateOrganization, {}),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(fixture.identity.state.all('organization').count(''), 1);
});

test('the management account and its members may describe the organization', async () => {
  const fixture = await openOrganization();
  const member = await memberOf(fixture);
  const answer: OrganizationsTypes.DescribeOrganizationResponse = await fixture.call(
    organizations.DescribeOrganization,
    {},
  );
  assert.equal(answer.Organization?.MasterAccountId, '111122223333');
  assert.deepEqual(await fixture.call(organizations.DescribeOrganization, {}, member), answer);
});

const unit = 'ou-test-12345678';
const policy = { PolicyId: 'p-12345678' };
const inRoot = { RootId: 'r-test', PolicyType: 'SERVICE_CONTROL_POLICY' };

/** What only the management account may do and is about something, with an input for each. */
const managementOnlyAbout = {
  AttachPolicy: { ...policy, TargetId: unit },
  CloseAccount: { AccountId: '111122223333' },
  CreateOrganizationalUnit: { ParentId: 'r-test', Name: 'unit' },
  CreatePolicy: { Name: 'policy', Description: '', Type: 'SERVICE_CONTROL_POLICY', Content: '{}' },
  DeleteOrganizationalUnit: { OrganizationalUnitId: unit },
  DeletePolicy: policy,
  DeregisterDelegatedAdministrator: { AccountId: '111122223333', ServicePrincipal: 'iam.amazonaws.com' },
  DescribeAccount: { AccountId: '111122223333' },
  DescribeOrganizationalUnit: { OrganizationalUnitId: unit },
  DescribePolicy: policy,
  DetachPolicy: { ...policy, TargetId: unit },
  DisablePolicyType: inRoot,
  EnablePolicyType: inRoot,
  ListAccountsForParent: { ParentId: 'r-test' },
  ListDelegatedServicesForAccount: { AccountId: '111122223333' },
  ListChildren: { ParentId: 'r-test', ChildType: 'ACCOUNT' },
  ListOrganizationalUnitsForParent: { ParentId: 'r-test' },
  ListParents: { ChildId: unit },
  ListPoliciesForTarget: { TargetId: unit, Filter: 'SERVICE_CONTROL_POLICY' },
  ListTagsForResource: { ResourceId: unit },
  ListTargetsForPolicy: policy,
  MoveAccount: { AccountId: '111122223333', SourceParentId: 'r-test', DestinationParentId: unit },
  RegisterDelegatedAdministrator: { AccountId: '111122223333', ServicePrincipal: 'iam.amazonaws.com' },
  TagResource: { ResourceId: unit, Tags: [{ Key: 'team', Value: 'blue' }] },
  UntagResource: { ResourceId: unit, TagKeys: ['team'] },
  UpdateOrganizationalUnit: { OrganizationalUnitId: unit, Name: 'unit' },
  UpdatePolicy: { ...policy, Name: 'policy' },
} as const;

/** What only the management account may do, with an input for each. */
const managementOnly = {
  CreateAccount: { AccountName: 'new', Email: 'new@example.com' },
  DeleteOrganization: {},
  DisableAWSServiceAccess: { ServicePrincipal: 'iam.amazonaws.com' },
  EnableAWSServiceAccess: { ServicePrincipal: 'iam.amazonaws.com' },
  ListAWSServiceAccessForOrganization: {},
  ListDelegatedAdministrators: {},
  DescribeCreateAccountStatus: { CreateAccountRequestId: 'car-00000000' },
  ListAccounts: {},
  ListCreateAccountStatus: {},
  ListPolicies: { Filter: 'SERVICE_CONTROL_POLICY' },
  ListRoots: {},
} as const;

for (const [name, input] of Object.entries({ ...managementOnly, ...managementOnlyAbout })) {
  const operation = organizations[name as keyof typeof managementOnly | keyof typeof managementOnlyAbout];

  test(`${name} is refused to a member account`, async () => {
    const fixture = await openOrganization();
    const member = await memberOf(fixture);
    const accounts = fixture.identity.state.all('account').count('');
    await assert.rejects(
      fixture.call(operation, input, member),
      isFault('AccessDeniedException', noPermission),
    );
    assert.equal(fixture.identity.state.all('account').count(''), accounts);
  });

  test(`${name} is refused to an account without an organization`, async () => {
    const fixture = await openServiceFixture();
    await assert.rejects(
      fixture.call(operation, input),
      isFault('AWSOrganizationsNotInUseException', notInUse),
    );
  });
}

test('DescribeOrganization is refused to an account without an organization', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(
    fixture.call(organizations.DescribeOrganization, {}),
    isFault('AWSOrganizationsNotInUseException', notInUse),
  );
});

test('operations without a resource ask about everything', async () => {
  const fixture = await openOrganization();
  const inputs = { ...managementOnly, CreateOrganization: {}, DescribeOrganization: {} };
  for (const [name, input] of Object.entries(inputs)) {
    const [question, ...others] = fixture.questions(organizations[name as keyof typeof inputs], input);
    assert.deepEqual([question?.action, question?.resource], [`organizations:${name}`, '*']);
    assert.deepEqual(others, []);
  }
});

test('operations that are about something ask about its ARN within the organization, there or not', async () => {
  const fixture = await openOrganization();
  const id = fixture.identity.state.all('organization').list('')[0]?.id;
  const arn = (rest: string) => `arn:aws:organizations::111122223333:${rest}`;
  const policyArn = arn(`policy/${id}/service_control_policy/p-12345678`);
  const expected: Partial<Record<keyof typeof managementOnlyAbout, readonly string[]>> = {
    AttachPolicy: [policyArn, arn(`ou/${id}/${unit}`)],
    CloseAccount: [arn(`account/${id}/111122223333`)],
    CreateOrganizationalUnit: [arn(`root/${id}/r-test`)],
    CreatePolicy: [arn(`policy/${id}/service_control_policy/p-*`)],
    DeletePolicy: [policyArn],
    EnablePolicyType: [arn(`root/${id}/r-test`)],
    ListPoliciesForTarget: [arn(`ou/${id}/${unit}`)],
    MoveAccount: [arn(`account/${id}/111122223333`), arn(`root/${id}/r-test`), arn(`ou/${id}/${unit}`)],
    TagResource: [arn(`ou/${id}/${unit}`)],
  };
  for (const [name, resources] of Object.entries(expected)) {
    const key = name as keyof typeof managementOnlyAbout;
    const questions = fixture.questions(organizations[key], managementOnlyAbout[key]);
    assert.deepEqual(
      questions.map(({ action, resource }) => [action, resource]),
      resources.map((resource) => [`organizations:${name}`, resource]),
    );
  }
});

test('an account that is gone since the caller signed cannot create an organization', async () => {
  const fixture = await openServiceFixture();
  await fixture.identity.write((transaction) => transaction.delete('account', fixture.account.id));
  await assert.rejects(
    fixture.call(organizations.CreateOrganization, {}),
    isFault('InvalidClientTokenId', 'The security token included in the request is invalid.'),
  );
});
