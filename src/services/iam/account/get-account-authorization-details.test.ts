import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import { percentEncode } from '#core/text';
import type { UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { getAccountAuthorizationDetails } from './get-account-authorization-details.ts';

const account = '111122223333';
const document = '{"Version":"2012-10-17","Statement":[]}';
const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
const encoded = percentEncode(document);
const localArn = `arn:aws:iam::${account}:policy/local`;
const readOnlyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const boundaryArn = 'arn:aws:iam::aws:policy/AdministratorAccess';

async function filled(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  const { id } = fixture.account;
  const member = await fixture.addAccount('444455556666', 'member');
  const own = { account: id, path: '/', createdAt: 0, tags: [] };
  const holder = { ...own, inlinePolicies: {}, attachedPolicies: [] };
  const bob: UserDocument = {
    ...holder,
    id: 'AIDABOB' as UniqueId,
    name: 'bob',
    path: '/staff/',
    inlinePolicies: { b: document, a: document },
    attachedPolicies: [localArn],
    permissionsBoundary: boundaryArn,
    groups: ['AGPAOPS' as UniqueId],
    tags: [{ key: 'team', value: 'blue' }],
    passwordLastUsedAt: 5000,
  };
  await fixture.identity.write(({ put }) => {
    put('user', bob);
    put('user', { ...holder, id: 'AIDAADA' as UniqueId, name: 'Ada', groups: [] });
    put('user', { ...bob, id: 'AIDAOTHER' as UniqueId, account: member.id });
    put('group', { ...holder, id: 'AGPAOPS' as UniqueId, name: 'ops', inlinePolicies: { a: document } });
    put('role', {
      ...holder,
      id: 'AROAROLE' as UniqueId,
      name: 'role',
      attachedPolicies: [readOnlyArn],
      inlinePolicies: { a: document },
      maxSessionDurationSeconds: 3600,
      trustPolicy: trust,
      trustedIds: {},
    });
    put('last-used', { id: 'AROAROLE', at: 7000, region: 'eu-west-1', service: 's3' });
    put('instance-profile', {
      ...own,
      id: 'AIPAONE' as UniqueId,
      name: 'profile',
      roles: ['AROAROLE' as UniqueId],
    });
    put('policy', {
      ...own,
      id: 'ANPALOCAL' as UniqueId,
      name: 'local',
      description: 'ours',
      updatedAt: 2000,
      versions: [
        { id: 'v1', document, createdAt: 0 },
        { id: 'v2', document, createdAt: 2000 },
      ],
      defaultVersion: 'v1',
      lastVersion: 2,
    });
  });
  return fixture;
}

function read(
  fixture: ServiceFixture,
  input: IamTypes.GetAccountAuthorizationDetailsRequest = {},
): Promise<IamTypes.GetAccountAuthorizationDetailsResponse> {
  return fixture.call(getAccountAuthorizationDetails, input);
}

/** The names on a page, in the order of the answer. */
function names(answer: IamTypes.GetAccountAuthorizationDetailsResponse): readonly (string | undefined)[] {
  return [
    ...(answer.UserDetailList ?? []).map(({ UserName }) => UserName),
    ...(answer.GroupDetailList ?? []).map(({ GroupName }) => GroupName),
    ...(answer.RoleDetailList ?? []).map(({ RoleName }) => RoleName),
    ...(answer.Policies ?? []).map(({ PolicyName }) => PolicyName),
  ];
}

test('everything of the account and nothing of another is described with what it may do', async () => {
  const answer = await read(await filled());
  const role = {
    Path: '/',
    RoleName: 'role',
    RoleId: 'AROAROLE',
    Arn: `arn:aws:iam::${account}:role/role`,
    CreateDate: 0,
    AssumeRolePolicyDocument: percentEncode(trust),
  };
  assert.deepEqual(answer.UserDetailList, [
    {
      Path: '/',
      UserName: 'Ada',
      UserId: 'AIDAADA',
      Arn: `arn:aws:iam::${account}:user/Ada`,
      CreateDate: 0,
      UserPolicyList: [],
      GroupList: [],
      AttachedManagedPolicies: [],
      Tags: [],
    },
    {
      Path: '/staff/',
      UserName: 'bob',
      UserId: 'AIDABOB',
      Arn: `arn:aws:iam::${account}:user/staff/bob`,
      CreateDate: 0,
      UserPolicyList: [
        { PolicyName: 'a', PolicyDocument: encoded },
        { PolicyName: 'b', PolicyDocument: encoded },
      ],
      GroupList: ['ops'],
      AttachedManagedPolicies: [{ PolicyName: 'local', PolicyArn: localArn }],
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundaryArn },
      Tags: [{ Key: 'team', Value: 'blue' }],
    },
  ]);
  assert.deepEqual(answer.GroupDetailList, [
    {
      Path: '/',
      GroupName: 'ops',
      GroupId: 'AGPAOPS',
      Arn: `arn:aws:iam::${account}:group/ops`,
      CreateDate: 0,
      GroupPolicyList: [{ PolicyName: 'a', PolicyDocument: encoded }],
      AttachedManagedPolicies: [],
    },
  ]);
  assert.deepEqual(answer.RoleDetailList, [
    {
      ...role,
      InstanceProfileList: [
        {
          Path: '/',
          InstanceProfileName: 'profile',
          InstanceProfileId: 'AIPAONE',
          Arn: `arn:aws:iam::${account}:instance-profile/profile`,
          CreateDate: 0,
          Roles: [role],
        },
      ],
      RolePolicyList: [{ PolicyName: 'a', PolicyDocument: encoded }],
      AttachedManagedPolicies: [{ PolicyName: 'ReadOnlyAccess', PolicyArn: readOnlyArn }],
      Tags: [],
      RoleLastUsed: { LastUsedDate: 7000, Region: 'eu-west-1' },
    },
  ]);
  const [local, ...ofAws] = answer.Policies ?? [];
  assert.deepEqual(local, {
    PolicyName: 'local',
    PolicyId: 'ANPALOCAL',
    Arn: localArn,
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: 1,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: 'ours',
    CreateDate: 0,
    UpdateDate: 2000,
    PolicyVersionList: [
      { VersionId: 'v2', IsDefaultVersion: false, CreateDate: 2000, Document: encoded },
      { VersionId: 'v1', IsDefaultVersion: true, CreateDate: 0, Document: encoded },
    ],
  });
  assert.deepEqual(
    ofAws.map(({ Arn, AttachmentCount, PermissionsBoundaryUsageCount }) => [
      Arn,
      AttachmentCount,
      PermissionsBoundaryUsageCount,
    ]),
    [
      [boundaryArn, 0, 1],
      [readOnlyArn, 1, 0],
    ],
  );
  assert.equal(answer.IsTruncated, false);
});

test('a filter leaves the types it names', async () => {
  const fixture = await filled();
  const shown = async (...Filter: readonly string[]) => names(await read(fixture, { Filter }));
  assert.deepEqual(await shown('User'), ['Ada', 'bob']);
  assert.deepEqual(await shown('Group'), ['ops']);
  assert.deepEqual(await shown('Role'), ['role']);
  assert.deepEqual(await shown('LocalManagedPolicy'), ['local']);
  assert.deepEqual(await shown('AWSManagedPolicy'), ['AdministratorAccess', 'ReadOnlyAccess']);
  assert.deepEqual(await shown('Role', 'User'), ['Ada', 'bob', 'role']);
});

test('pages go through all types, each entity on one page', async () => {
  const fixture = await filled();
  const all = names(await read(fixture));
  assert.equal(all.length, 7);
  for (const MaxItems of [1, 2, 3]) {
    const seen: (string | undefined)[] = [];
    let page = await read(fixture, { MaxItems });
    while (page.IsTruncated === true) {
      assert.equal(names(page).length, MaxItems);
      seen.push(...names(page));
      page = await read(fixture, { MaxItems, Marker: page.Marker });
    }
    seen.push(...names(page));
    assert.deepEqual(seen, all);
  }
  await assert.rejects(read(fixture, { Marker: 'nonsense' }), isFault('ValidationError', 'Invalid Marker.'));
});
