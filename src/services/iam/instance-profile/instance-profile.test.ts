import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createRole } from '../role/create-role.ts';
import { createInstanceProfile } from './create-instance-profile.ts';
import { deleteInstanceProfile } from './delete-instance-profile.ts';
import { getInstanceProfile } from './get-instance-profile.ts';
import { listInstanceProfiles, listInstanceProfilesForRole } from './list-instance-profiles.ts';
import { addRoleToInstanceProfile, removeRoleFromInstanceProfile } from './role-in-instance-profile.ts';

const trustsEc2 =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
const noProfile = isFault('NoSuchEntity', 'Instance Profile gone cannot be found.');
const noRole = isFault('NoSuchEntity', 'The role with name gone cannot be found.');

async function create(
  fixture: ServiceFixture,
  input: IamTypes.CreateInstanceProfileRequest,
): Promise<IamTypes.InstanceProfile> {
  const answer: IamTypes.CreateInstanceProfileResponse = await fixture.call(createInstanceProfile, input);
  return answer.InstanceProfile;
}

/** A profile `web` with the role `Server` of path /ec2/ and a tag. */
async function openWithRole(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  await create(fixture, { InstanceProfileName: 'web' });
  await fixture.call(createRole, {
    RoleName: 'Server',
    Path: '/ec2/',
    AssumeRolePolicyDocument: trustsEc2,
    Description: 'serves',
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  await fixture.call(addRoleToInstanceProfile, { InstanceProfileName: 'WEB', RoleName: 'server' });
  return fixture;
}

test('CreateInstanceProfile answers an empty profile, and GetInstanceProfile the same', async () => {
  const fixture = await openServiceFixture();
  const profile = await create(fixture, {
    InstanceProfileName: 'Web',
    Path: '/fleet/',
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.match(profile.InstanceProfileId, /^AIPA[A-Z2-7]{17}$/);
  assert.deepEqual(profile, {
    Path: '/fleet/',
    InstanceProfileName: 'Web',
    InstanceProfileId: profile.InstanceProfileId,
    Arn: 'arn:aws:iam::111122223333:instance-profile/fleet/Web',
    CreateDate: fixture.now,
    Roles: [],
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.deepEqual(await fixture.call(getInstanceProfile, { InstanceProfileName: 'web' }), {
    InstanceProfile: profile,
  });
  const untagged = await create(fixture, { InstanceProfileName: 'plain' });
  assert.deepEqual([untagged.Path, untagged.Tags], ['/', undefined]);
});

test('CreateInstanceProfile asks about the ARN to be, and for tags about TagInstanceProfile as well', async () => {
  const fixture = await openServiceFixture();
  const input = { InstanceProfileName: 'web', Path: '/fleet/', Tags: [{ Key: 'Team', Value: 'blue' }] };
  const resource = 'arn:aws:iam::111122223333:instance-profile/fleet/web';
  const context = { 'aws:RequestTag/Team': 'blue', 'aws:TagKeys': ['Team'] };
  assert.deepEqual(fixture.questions(createInstanceProfile, input), [
    { action: 'iam:CreateInstanceProfile', resource, context },
    { action: 'iam:TagInstanceProfile', resource, context },
  ]);
  assert.deepEqual(
    fixture.questions(createInstanceProfile, { InstanceProfileName: 'web' }).map(({ action }) => action),
    ['iam:CreateInstanceProfile'],
  );
});

test('the other operations ask about the profile, and about a missing one by its name', async () => {
  const fixture = await openServiceFixture();
  const input = { InstanceProfileName: 'Web', Path: '/fleet/', Tags: [{ Key: 'Team', Value: 'blue' }] };
  await create(fixture, input);
  const operations = {
    DeleteInstanceProfile: deleteInstanceProfile,
    GetInstanceProfile: getInstanceProfile,
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
  };
  for (const [name, operation] of Object.entries(operations)) {
    assert.deepEqual(fixture.questions(operation, { InstanceProfileName: 'web', RoleName: 'gone' }), [
      {
        action: `iam:${name}`,
        resource: 'arn:aws:iam::111122223333:instance-profile/fleet/Web',
        resourceTags: [{ key: 'Team', value: 'blue' }],
      },
    ]);
    const missing = { InstanceProfileName: 'gone', RoleName: 'gone' };
    assert.deepEqual(fixture.questions(operation, missing), [
      { action: `iam:${name}`, resource: 'arn:aws:iam::111122223333:instance-profile/gone' },
    ]);
    await assert.rejects(fixture.call(operation, missing), noProfile);
  }
  assert.deepEqual(fixture.questions(listInstanceProfiles, {}), [
    { action: 'iam:ListInstanceProfiles', resource: '*' },
  ]);
});

test('who puts a role into a profile must be allowed to pass it to EC2', async () => {
  const fixture = await openWithRole();
  const context = { 'iam:PassedToService': 'ec2.amazonaws.com' };
  assert.deepEqual(
    fixture.questions(addRoleToInstanceProfile, { InstanceProfileName: 'web', RoleName: 'server' }),
    [
      {
        action: 'iam:AddRoleToInstanceProfile',
        resource: 'arn:aws:iam::111122223333:instance-profile/web',
        resourceTags: [],
      },
      {
        action: 'iam:PassRole',
        resource: 'arn:aws:iam::111122223333:role/ec2/Server',
        resourceTags: [{ key: 'Team', value: 'blue' }],
        context,
      },
    ],
  );
  assert.deepEqual(
    fixture.questions(addRoleToInstanceProfile, { InstanceProfileName: 'gone', RoleName: 'gone' }),
    [
      {
        action: 'iam:AddRoleToInstanceProfile',
        resource: 'arn:aws:iam::111122223333:instance-profile/gone',
      },
      { action: 'iam:PassRole', resource: 'arn:aws:iam::111122223333:role/gone', context },
    ],
  );
});

test('a profile shows the role in it', async () => {
  const fixture = await openWithRole();
  const { InstanceProfile }: IamTypes.GetInstanceProfileResponse = await fixture.call(getInstanceProfile, {
    InstanceProfileName: 'web',
  });
  const role = fixture.identity.state.all('role').named(fixture.account.id, 'Server');
  assert.deepEqual(InstanceProfile.Roles, [
    {
      Path: '/ec2/',
      RoleName: 'Server',
      RoleId: role?.id,
      Arn: 'arn:aws:iam::111122223333:role/ec2/Server',
      CreateDate: fixture.now,
      AssumeRolePolicyDocument: encodeURIComponent(trustsEc2),
    },
  ]);
});

test('a profile holds one role', async () => {
  const fixture = await openWithRole();
  await fixture.call(createRole, { RoleName: 'other', AssumeRolePolicyDocument: trustsEc2 });
  const isFull = isFault('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
  for (const RoleName of ['other', 'Server']) {
    await assert.rejects(
      fixture.call(addRoleToInstanceProfile, { InstanceProfileName: 'web', RoleName }),
      isFull,
    );
  }
});

test('of two roles put into a profile at once one gets in', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { InstanceProfileName: 'web' });
  for (const RoleName of ['a', 'b'])
    await fixture.call(createRole, { RoleName, AssumeRolePolicyDocument: trustsEc2 });
  const [first, second] = await Promise.allSettled(
    ['a', 'b'].map((RoleName) =>
      fixture.call(addRoleToInstanceProfile, { InstanceProfileName: 'web', RoleName }),
    ),
  );
  assert.equal(first?.status, 'fulfilled');
  assert.ok(second?.status === 'rejected');
  assert.ok(
    isFault('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')(second.reason),
  );
});

test('adding and removing tell what is missing', async () => {
  const fixture = await openWithRole();
  for (const operation of [addRoleToInstanceProfile, removeRoleFromInstanceProfile]) {
    await assert.rejects(
      fixture.call(operation, { InstanceProfileName: 'gone', RoleName: 'Server' }),
      noProfile,
    );
    await assert.rejects(fixture.call(operation, { InstanceProfileName: 'web', RoleName: 'gone' }), noRole);
  }
  await fixture.call(createRole, { RoleName: 'other', AssumeRolePolicyDocument: trustsEc2 });
  await assert.rejects(
    fixture.call(removeRoleFromInstanceProfile, { InstanceProfileName: 'web', RoleName: 'other' }),
    isFault('NoSuchEntity', 'Role other in Instance Profile web cannot be found.'),
  );
});

test('a profile goes only when it is empty', async () => {
  const fixture = await openWithRole();
  await assert.rejects(
    fixture.call(deleteInstanceProfile, { InstanceProfileName: 'web' }),
    isFault('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.'),
  );
  await fixture.call(removeRoleFromInstanceProfile, { InstanceProfileName: 'Web', RoleName: 'SERVER' });
  await fixture.call(deleteInstanceProfile, { InstanceProfileName: 'WEB' });
  assert.equal(fixture.identity.state.all('instance-profile').count(fixture.account.id), 0);
});

test('a name is taken whatever its case', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { InstanceProfileName: 'web' });
  await assert.rejects(
    create(fixture, { InstanceProfileName: 'WEB', Path: '/other/' }),
    isFault('EntityAlreadyExists', 'Instance Profile WEB already exists.'),
  );
});

test('tag keys given twice are refused, and those that differ by case are two', async () => {
  const fixture = await openServiceFixture();
  const tags = (second: string) => ({
    Tags: [
      { Key: 'team', Value: 'a' },
      { Key: second, Value: 'b' },
    ],
  });
  await assert.rejects(
    create(fixture, { InstanceProfileName: 'web', ...tags('team') }),
    isFault('InvalidInput', 'Duplicate tag keys found.'),
  );
  const { Tags } = await create(fixture, { InstanceProfileName: 'web', ...tags('Team') });
  assert.deepEqual(Tags, tags('Team').Tags);
});

test('an account has at most a thousand instance profiles', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { InstanceProfileName: 'profile-0' });
  const first = fixture.identity.state.all('instance-profile').named(fixture.account.id, 'profile-0');
  assert.ok(first);
  await fixture.identity.write(({ put }) => {
    for (let index = 1; index < 999; index++)
      put('instance-profile', { ...first, id: `AIPA${index}` as UniqueId, name: `profile-${index}` });
  });
  await create(fixture, { InstanceProfileName: 'last' });
  await assert.rejects(
    create(fixture, { InstanceProfileName: 'one-more' }),
    isFault('LimitExceeded', 'Cannot exceed quota for InstanceProfilesPerAccount: 1000'),
  );
});

test('ListInstanceProfiles shows profiles by name and page, below a path, without tags', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { InstanceProfileName: 'b' });
  await create(fixture, {
    InstanceProfileName: 'A',
    Path: '/fleet/',
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  const first: IamTypes.ListInstanceProfilesResponse = await fixture.call(listInstanceProfiles, {
    MaxItems: 1,
  });
  assert.deepEqual(
    [first.InstanceProfiles.map((profile) => profile.InstanceProfileName), first.IsTruncated],
    [['A'], true],
  );
  assert.equal(first.InstanceProfiles[0]?.Tags, undefined);
  const rest: IamTypes.ListInstanceProfilesResponse = await fixture.call(listInstanceProfiles, {
    Marker: first.Marker,
  });
  assert.deepEqual(
    [rest.InstanceProfiles.map((profile) => profile.InstanceProfileName), rest.IsTruncated],
    [['b'], false],
  );
  const below: IamTypes.ListInstanceProfilesResponse = await fixture.call(listInstanceProfiles, {
    PathPrefix: '/fleet/',
  });
  assert.equal(below.InstanceProfiles.length, 1);
});

test('ListInstanceProfilesForRole shows by name and page the profiles that hold the role', async () => {
  const fixture = await openWithRole();
  for (const InstanceProfileName of ['API', 'empty']) await create(fixture, { InstanceProfileName });
  await fixture.call(addRoleToInstanceProfile, { InstanceProfileName: 'API', RoleName: 'Server' });
  const first: IamTypes.ListInstanceProfilesForRoleResponse = await fixture.call(
    listInstanceProfilesForRole,
    { RoleName: 'server', MaxItems: 1 },
  );
  assert.deepEqual(
    [first.InstanceProfiles.map((profile) => profile.InstanceProfileName), first.IsTruncated],
    [['API'], true],
  );
  const rest: IamTypes.ListInstanceProfilesForRoleResponse = await fixture.call(listInstanceProfilesForRole, {
    RoleName: 'server',
    Marker: first.Marker,
  });
  assert.deepEqual(
    [rest.InstanceProfiles.map((profile) => profile.InstanceProfileName), rest.IsTruncated],
    [['web'], false],
  );
  assert.deepEqual(fixture.questions(listInstanceProfilesForRole, { RoleName: 'server' }), [
    {
      action: 'iam:ListInstanceProfilesForRole',
      resource: 'arn:aws:iam::111122223333:role/ec2/Server',
      resourceTags: [{ key: 'Team', value: 'blue' }],
    },
  ]);
  await assert.rejects(fixture.call(listInstanceProfilesForRole, { RoleName: 'gone' }), noRole);
});
