import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import { PolicyError } from '#core/policy';
import type { Caller } from '#services/operation';
import type { RoleDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { iam } from '../index.ts';
import { createInstanceProfile } from '../instance-profile/create-instance-profile.ts';
import { addRoleToInstanceProfile } from '../instance-profile/role-in-instance-profile.ts';
import { createRole } from './create-role.ts';
import { deleteRole } from './delete-role.ts';
import { getRole } from './get-role.ts';
import { listRoles } from './list-roles.ts';
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts';
import { updateRole, updateRoleDescription } from './update-role.ts';

const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';
const allowsAll = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
const trustsEc2 =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
const encodedTrust =
  '%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D';

async function create(
  fixture: ServiceFixture,
  input: Partial<IamTypes.CreateRoleRequest> & { readonly RoleName: string },
): Promise<IamTypes.Role> {
  const whole = { AssumeRolePolicyDocument: trustsEc2, ...input };
  const { Role }: IamTypes.CreateRoleResponse = await fixture.call(createRole, whole);
  return Role;
}

function stored(fixture: ServiceFixture, name: string): RoleDocument {
  const role = fixture.identity.state.all('role').named(fixture.account.id, name);
  assert.ok(role);
  return role;
}

/** Gives a role what it could only have from elsewhere. */
async function change(fixture: ServiceFixture, name: string, more: Partial<RoleDocument>): Promise<void> {
  await fixture.identity.write(({ put }) => put('role', { ...stored(fixture, name), ...more }));
}

test('CreateRole answers the role, and GetRole the same with its longest session and last use', async () => {
  const fixture = await openServiceFixture();
  const role = await create(fixture, {
    RoleName: 'Deploy',
    Path: '/ci/',
    Description: 'deploys',
    MaxSessionDuration: 7200,
    PermissionsBoundary: administratorAccess,
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.match(role.RoleId, /^AROA[A-Z2-7]{17}$/);
  assert.deepEqual(role, {
    Path: '/ci/',
    RoleName: 'Deploy',
    RoleId: role.RoleId,
    Arn: 'arn:aws:iam::111122223333:role/ci/Deploy',
    CreateDate: fixture.now,
    AssumeRolePolicyDocument: encodedTrust,
    Description: 'deploys',
    PermissionsBoundary: {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: administratorAccess,
    },
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.deepEqual(await fixture.call(getRole, { RoleName: 'deploy' }), {
    Role: { ...role, MaxSessionDuration: 7200, RoleLastUsed: {} },
  });
});

test('a role without path, description, boundary and tags is at the top, has no members for them and sessions of an hour', async () => {
  const fixture = await openServiceFixture();
  const role = await create(fixture, { RoleName: 'deploy' });
  assert.deepEqual(await fixture.call(getRole, { RoleName: 'deploy' }), {
    Role: {
      Path: '/',
      RoleName: 'deploy',
      RoleId: role.RoleId,
      Arn: 'arn:aws:iam::111122223333:role/deploy',
      CreateDate: fixture.now,
      AssumeRolePolicyDocument: encodedTrust,
      MaxSessionDuration: 3600,
      RoleLastUsed: {},
    },
  });
  const { inlinePolicies, attachedPolicies } = stored(fixture, 'deploy');
  assert.deepEqual([inlinePolicies, attachedPolicies], [{}, []]);
});

test('GetRole tells when and where the role was last used', async () => {
  const fixture = await openServiceFixture();
  const { RoleId } = await create(fixture, { RoleName: 'deploy' });
  await fixture.identity.write(({ put }) =>
    put('last-used', { id: RoleId, at: 1_767_323_045_000, region: 'eu-west-1', service: 'sts' }),
  );
  const { Role }: IamTypes.GetRoleResponse = await fixture.call(getRole, { RoleName: 'deploy' });
  assert.deepEqual(Role.RoleLastUsed, { LastUsedDate: 1_767_323_045_000, Region: 'eu-west-1' });
});

test('CreateRole asks about the ARN to be, and for tags about TagRole as well', async () => {
  const fixture = await openServiceFixture();
  const input = {
    RoleName: 'deploy',
    Path: '/ci/',
    AssumeRolePolicyDocument: trustsEc2,
    PermissionsBoundary: administratorAccess,
    Tags: [{ Key: 'Team', Value: 'blue' }],
  };
  const resource = 'arn:aws:iam::111122223333:role/ci/deploy';
  const context = {
    'aws:RequestTag/Team': 'blue',
    'aws:TagKeys': ['Team'],
    'iam:PermissionsBoundary': administratorAccess,
  };
  assert.deepEqual(fixture.questions(createRole, input), [
    { action: 'iam:CreateRole', resource, context },
    { action: 'iam:TagRole', resource, context },
  ]);
  const untagged = fixture.questions(createRole, { ...input, Tags: [] });
  assert.deepEqual(
    untagged.map(({ action }) => action),
    ['iam:CreateRole'],
  );
});

test('CreateRole asks about what the caller wrote, not about the role that has that name', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'Deploy', Path: '/ci/', Tags: [{ Key: 'a', Value: 'b' }] });
  const [question] = fixture.questions(createRole, {
    RoleName: 'deploy',
    AssumeRolePolicyDocument: trustsEc2,
  });
  assert.equal(question?.resource, 'arn:aws:iam::111122223333:role/deploy');
  assert.equal(question?.resourceTags, undefined);
});

test('the other operations ask about the role with its path and tags, and about a missing one by its name', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'Deploy', Path: '/ci/', Tags: [{ Key: 'Team', Value: 'blue' }] });
  const operations = {
    DeleteRole: deleteRole,
    GetRole: getRole,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    UpdateRole: updateRole,
    UpdateRoleDescription: updateRoleDescription,
  };
  for (const [name, operation] of Object.entries(operations)) {
    const input = { PolicyDocument: trustsEc2, Description: '' };
    assert.deepEqual(fixture.questions(operation, { ...input, RoleName: 'deploy' }), [
      {
        action: `iam:${name}`,
        resource: 'arn:aws:iam::111122223333:role/ci/Deploy',
        resourceTags: [{ key: 'Team', value: 'blue' }],
      },
    ]);
    assert.deepEqual(fixture.questions(operation, { ...input, RoleName: 'gone' }), [
      { action: `iam:${name}`, resource: 'arn:aws:iam::111122223333:role/gone' },
    ]);
    await assert.rejects(
      fixture.call(operation, { ...input, RoleName: 'gone' }),
      isFault('NoSuchEntity', 'The role with name gone cannot be found.'),
    );
  }
  assert.deepEqual(fixture.questions(listRoles, {}), [{ action: 'iam:ListRoles', resource: '*' }]);
});

test('a role name is taken whatever its case, and free in another account', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'deploy' });
  await assert.rejects(
    create(fixture, { RoleName: 'DEPLOY', Path: '/other/' }),
    isFault('EntityAlreadyExists', 'Role with name DEPLOY already exists.'),
  );
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  const input = { RoleName: 'deploy', AssumeRolePolicyDocument: trustsEc2 };
  const foreign: IamTypes.CreateRoleResponse = await fixture.call(createRole, input, stranger);
  assert.equal(foreign.Role.Arn, 'arn:aws:iam::999988887777:role/deploy');
});

test('of two roles created at once with one name there is one', async () => {
  const fixture = await openServiceFixture();
  const [first, second] = await Promise.allSettled([
    create(fixture, { RoleName: 'deploy' }),
    create(fixture, { RoleName: 'Deploy' }),
  ]);
  assert.equal(first.status, 'fulfilled');
  assert.ok(second.status === 'rejected');
  assert.ok(isFault('EntityAlreadyExists', 'Role with name Deploy already exists.')(second.reason));
});

test('an account has at most a thousand roles', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'role-0' });
  const first = stored(fixture, 'role-0');
  await fixture.identity.write(({ put }) => {
    for (let index = 1; index < 999; index++)
      put('role', { ...first, id: `AROA${index}` as UniqueId, name: `role-${index}` });
  });
  await create(fixture, { RoleName: 'last' });
  await assert.rejects(
    create(fixture, { RoleName: 'one-more' }),
    isFault('LimitExceeded', 'Cannot exceed quota for RolesPerAccount: 1000'),
  );
});

test('a permissions boundary of a role must be a managed policy of the account or of AWS', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(
    create(fixture, { RoleName: 'a', PermissionsBoundary: 'arn:aws:iam::111122223333:not_a_policy/invalid' }),
    isFault('InvalidInput', 'ARN arn:aws:iam::111122223333:not_a_policy/invalid is not valid.'),
  );
  await assert.rejects(
    create(fixture, { RoleName: 'a', PermissionsBoundary: 'arn:aws:iam::111122223333:policy/none' }),
    isFault(
      'NoSuchEntity',
      'Scope ARN: arn:aws:iam::111122223333:policy/none does not exist or is not attachable.',
    ),
  );
});

test('tag keys given twice are refused', async () => {
  const fixture = await openServiceFixture();
  const Tags = [
    { Key: 'team', Value: 'a' },
    { Key: 'Team', Value: 'b' },
  ];
  await assert.rejects(
    create(fixture, { RoleName: 'deploy', Tags }),
    isFault('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
  );
});

test('what is no trust policy is refused before policy is asked', async () => {
  const fixture = await openServiceFixture();
  const cases = {
    '{"Version"': 'This policy contains invalid Json',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}':
      'Missing required field Principal',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}':
      'AssumeRole policy may only specify STS AssumeRole actions.',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}]}':
      'Has prohibited field Resource',
  };
  for (const [text, message] of Object.entries(cases)) {
    const isMalformed = (error: unknown): boolean => {
      assert.ok(error instanceof PolicyError);
      assert.deepEqual([error.code, error.message], ['MalformedPolicyDocument', message]);
      return true;
    };
    assert.throws(
      () => fixture.questions(createRole, { RoleName: 'deploy', AssumeRolePolicyDocument: text }),
      isMalformed,
    );
    assert.throws(
      () => fixture.questions(updateAssumeRolePolicy, { RoleName: 'deploy', PolicyDocument: text }),
      isMalformed,
    );
  }
});

test('a trust policy has at most 2048 characters, white space between its parts not counted', async () => {
  const fixture = await openServiceFixture();
  const sized = (size: number): string => {
    const around = trustsEc2.replace('"Effect"', '"Sid":"","Effect"');
    return around.replace('"Sid":""', `"Sid":"${'a '.repeat(1024).slice(0, size - around.length)}"`);
  };
  assert.equal(sized(2048).length, 2048);
  await create(fixture, {
    RoleName: 'full',
    AssumeRolePolicyDocument: sized(2048).replaceAll(':{', ' : \n\t{'),
  });
  const isTooLong = isFault('LimitExceeded', 'Cannot exceed quota for ACLSizePerRole: 2048');
  await assert.rejects(
    create(fixture, { RoleName: 'longer', AssumeRolePolicyDocument: sized(2049) }),
    isTooLong,
  );
  await assert.rejects(
    fixture.call(updateAssumeRolePolicy, { RoleName: 'full', PolicyDocument: sized(2049) }),
    isTooLong,
  );
});

test('nobody creates a role where the roles of services are', async () => {
  const fixture = await openServiceFixture();
  for (const Path of ['/aws-service-role/', '/aws-service-role/ecs.amazonaws.com/']) {
    await assert.rejects(
      create(fixture, { RoleName: 'AWSServiceRoleForECS', Path }),
      isFault(
        'InvalidInput',
        "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
      ),
    );
  }
  const role = await create(fixture, { RoleName: 'mine', Path: '/service-role/' });
  assert.equal(role.Arn, 'arn:aws:iam::111122223333:role/service-role/mine');
});

test('of the role of a service only the description can be changed', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'ServiceRole' });
  await fixture.call(createInstanceProfile, { InstanceProfileName: 'web' });
  await change(fixture, 'ServiceRole', { path: '/aws-service-role/ecs.amazonaws.com/' });
  const isProtected = isFault(
    'UnmodifiableEntity',
    "Cannot perform the operation on the protected role 'ServiceRole' - this role is only modifiable by AWS",
  );
  const RoleName = 'servicerole';
  for (const refused of [
    fixture.call(deleteRole, { RoleName }),
    fixture.call(updateRole, { RoleName, Description: 'mine', MaxSessionDuration: 7200 }),
    fixture.call(updateAssumeRolePolicy, { RoleName, PolicyDocument: trustsEc2 }),
    fixture.call(addRoleToInstanceProfile, { RoleName, InstanceProfileName: 'web' }),
    fixture.call(iam.AttachRolePolicy, { RoleName, PolicyArn: administratorAccess }),
    fixture.call(iam.DetachRolePolicy, { RoleName, PolicyArn: administratorAccess }),
    fixture.call(iam.PutRolePolicy, { RoleName, PolicyName: 'own', PolicyDocument: allowsAll }),
    fixture.call(iam.DeleteRolePolicy, { RoleName, PolicyName: 'own' }),
    fixture.call(iam.PutRolePermissionsBoundary, { RoleName, PermissionsBoundary: administratorAccess }),
    fixture.call(iam.DeleteRolePermissionsBoundary, { RoleName }),
  ]) {
    await assert.rejects(refused, isProtected);
  }
  await fixture.call(updateRole, { RoleName, Description: 'mine' });
  await fixture.call(updateRoleDescription, { RoleName, Description: 'ours' });
  assert.equal(stored(fixture, RoleName).description, 'ours');
});

test('UpdateRole changes what it is given and leaves the rest', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'deploy', Description: 'old' });
  const now = (): unknown => {
    const { description, maxSessionDurationSeconds } = stored(fixture, 'deploy');
    return [description, maxSessionDurationSeconds];
  };
  assert.deepEqual(await fixture.call(updateRole, { RoleName: 'deploy', MaxSessionDuration: 43_200 }), {});
  assert.deepEqual(now(), ['old', 43_200]);
  await fixture.call(updateRole, { RoleName: 'deploy', Description: '' });
  assert.deepEqual(now(), ['', 43_200]);
  await fixture.call(updateRole, { RoleName: 'deploy' });
  assert.deepEqual(now(), ['', 43_200]);
});

test('UpdateRoleDescription answers the role without its longest session', async () => {
  const fixture = await openServiceFixture();
  const role = await create(fixture, { RoleName: 'deploy' });
  assert.deepEqual(await fixture.call(updateRoleDescription, { RoleName: 'deploy', Description: 'new' }), {
    Role: { ...role, Description: 'new' },
  });
});

test('ListRoles shows roles by name and page, below a path, without tags, boundary and last use', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'b', Path: '/ci/' });
  await create(fixture, {
    RoleName: 'A',
    Path: '/ci/eu/',
    Description: 'first',
    PermissionsBoundary: administratorAccess,
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  await create(fixture, { RoleName: 'c' });
  const first: IamTypes.ListRolesResponse = await fixture.call(listRoles, { MaxItems: 2 });
  assert.deepEqual([first.Roles.map(({ RoleName }) => RoleName), first.IsTruncated], [['A', 'b'], true]);
  const rest: IamTypes.ListRolesResponse = await fixture.call(listRoles, { Marker: first.Marker });
  assert.deepEqual([rest.Roles.map(({ RoleName }) => RoleName), rest.IsTruncated], [['c'], false]);
  const below: IamTypes.ListRolesResponse = await fixture.call(listRoles, { PathPrefix: '/ci/eu/' });
  assert.deepEqual(below, {
    Roles: [
      {
        Path: '/ci/eu/',
        RoleName: 'A',
        RoleId: stored(fixture, 'A').id,
        Arn: 'arn:aws:iam::111122223333:role/ci/eu/A',
        CreateDate: fixture.now,
        AssumeRolePolicyDocument: encodedTrust,
        Description: 'first',
        MaxSessionDuration: 3600,
      },
    ],
    IsTruncated: false,
  });
  await assert.rejects(
    fixture.call(listRoles, { Marker: 'mine' }),
    isFault('ValidationError', 'Invalid Marker.'),
  );
});

test('a role goes only when it is in no instance profile and has no policies', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'deploy' });
  await fixture.call(createInstanceProfile, { InstanceProfileName: 'web' });
  await fixture.call(addRoleToInstanceProfile, { InstanceProfileName: 'web', RoleName: 'deploy' });
  await change(fixture, 'deploy', {
    attachedPolicies: [administratorAccess],
    inlinePolicies: { all: '{}' },
  });
  const isConflict = (text: string) => isFault('DeleteConflict', `Cannot delete entity, must ${text} first.`);
  const remove = (): Promise<never> => fixture.call(deleteRole, { RoleName: 'deploy' });
  await assert.rejects(remove(), isConflict('remove roles from instance profile'));
  const [profile] = fixture.identity.state.all('instance-profile').list(fixture.account.id);
  assert.ok(profile);
  await fixture.identity.write(({ put }) => put('instance-profile', { ...profile, roles: [] }));
  await assert.rejects(remove(), isConflict('detach all policies'));
  await change(fixture, 'deploy', { attachedPolicies: [] });
  await assert.rejects(remove(), isConflict('delete policies'));
  await change(fixture, 'deploy', { inlinePolicies: {} });
  const { id } = stored(fixture, 'deploy');
  await fixture.identity.write(({ put }) =>
    put('last-used', { id, at: 1, region: 'us-east-1', service: 'sts' }),
  );
  await remove();
  assert.equal(fixture.identity.state.all('role').get(id), undefined);
  assert.equal(fixture.identity.state.all('last-used').get(id), undefined);
});

test('a role deleted while it is put into an instance profile is either kept or not put there', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { RoleName: 'deploy' });
  await fixture.call(createInstanceProfile, { InstanceProfileName: 'web' });
  const [removed, added] = await Promise.allSettled([
    fixture.call(deleteRole, { RoleName: 'deploy' }),
    fixture.call(addRoleToInstanceProfile, { InstanceProfileName: 'web', RoleName: 'deploy' }),
  ]);
  assert.equal(removed.status, 'fulfilled');
  assert.ok(added.status === 'rejected');
  assert.ok(isFault('NoSuchEntity', 'The role with name deploy cannot be found.')(added.reason));
  assert.deepEqual(
    fixture.identity.state.all('instance-profile').named(fixture.account.id, 'web')?.roles,
    [],
  );
});
