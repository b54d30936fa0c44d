import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import type { Caller } from '#services/operation';
import type { GroupDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from '../user/create-user.ts';
import { createGroup } from './create-group.ts';
import { deleteGroup } from './delete-group.ts';
import { getGroup } from './get-group.ts';
import { listGroups } from './list-groups.ts';
import { addUserToGroup } from './membership.ts';
import { updateGroup } from './update-group.ts';

async function create(fixture: ServiceFixture, input: IamTypes.CreateGroupRequest): Promise<IamTypes.Group> {
  const answer: IamTypes.CreateGroupResponse = await fixture.call(createGroup, input);
  return answer.Group;
}

function stored(fixture: ServiceFixture, name: string): GroupDocument {
  const group = fixture.identity.state.all('group').named(fixture.account.id, name);
  assert.ok(group);
  return group;
}

async function stranger(fixture: ServiceFixture): Promise<Caller> {
  const account = await fixture.addAccount('999988887777', 'stranger');
  return { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
}

test('CreateGroup answers the group, and GetGroup the same', async () => {
  const fixture = await openServiceFixture();
  const group = await create(fixture, { GroupName: 'Readers', Path: '/staff/' });
  assert.match(group.GroupId, /^AGPA[A-Z2-7]{17}$/);
  assert.deepEqual(group, {
    Path: '/staff/',
    GroupName: 'Readers',
    GroupId: group.GroupId,
    Arn: 'arn:aws:iam::111122223333:group/staff/Readers',
    CreateDate: fixture.now,
  });
  assert.deepEqual(await fixture.call(getGroup, { GroupName: 'readers' }), {
    Group: group,
    Users: [],
    IsTruncated: false,
  });
  assert.equal((await create(fixture, { GroupName: 'writers' })).Path, '/');
  assert.deepEqual(
    [stored(fixture, 'writers').inlinePolicies, stored(fixture, 'writers').attachedPolicies],
    [{}, []],
  );
});

test('CreateGroup asks about the ARN to be', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { GroupName: 'Readers', Path: '/staff/' });
  const asked = (input: object) => fixture.questions(createGroup, { GroupName: 'readers', ...input });
  const action = 'iam:CreateGroup';
  assert.deepEqual(asked({}), [{ action, resource: 'arn:aws:iam::111122223333:group/readers' }]);
  assert.deepEqual(asked({ Path: '/a/' }), [
    { action, resource: 'arn:aws:iam::111122223333:group/a/readers' },
  ]);
});

test('of two groups created at once with one name, whatever its case, there is one', async () => {
  const fixture = await openServiceFixture();
  const [first, second] = await Promise.allSettled([
    create(fixture, { GroupName: 'readers' }),
    create(fixture, { GroupName: 'Readers', Path: '/staff/' }),
  ]);
  assert.equal(first.status, 'fulfilled');
  assert.ok(second.status === 'rejected');
  assert.ok(isFault('EntityAlreadyExists', 'Group with name Readers already exists.')(second.reason));
});

test('an account has up to three hundred groups', async () => {
  const fixture = await openServiceFixture();
  for (let index = 1; index < 300; index++) await create(fixture, { GroupName: `group-${index}` });
  const [last, tooMany] = await Promise.allSettled([
    create(fixture, { GroupName: 'last' }),
    create(fixture, { GroupName: 'one-more' }),
  ]);
  assert.equal(last.status, 'fulfilled');
  assert.ok(tooMany.status === 'rejected');
  assert.ok(isFault('LimitExceeded', 'Cannot exceed quota for GroupsPerAccount: 300')(tooMany.reason));
});

test('ListGroups shows the groups of the account by name below a path, by the page', async () => {
  const fixture = await openServiceFixture();
  for (const [GroupName, Path] of [
    ['Writers', '/staff/'],
    ['readers', '/staff/deep/'],
    ['auditors', '/'],
  ] as const) {
    await create(fixture, { GroupName, Path });
  }
  const list = (input: object): Promise<IamTypes.ListGroupsResponse> => fixture.call(listGroups, input);
  const all = await list({});
  assert.deepEqual(
    all.Groups.map(({ GroupName }) => GroupName),
    ['auditors', 'readers', 'Writers'],
  );
  assert.deepEqual([all.IsTruncated, all.Marker], [false, undefined]);
  const first = await list({ PathPrefix: '/staff/', MaxItems: 1 });
  assert.deepEqual(
    [first.Groups[0]?.GroupName, first.Groups.length, first.IsTruncated],
    ['readers', 1, true],
  );
  const second = await list({ PathPrefix: '/staff/', MaxItems: 1, Marker: first.Marker });
  assert.deepEqual([second.Groups[0]?.GroupName, second.IsTruncated], ['Writers', false]);
  assert.deepEqual(await fixture.call(listGroups, {}, await stranger(fixture)), {
    Groups: [],
    IsTruncated: false,
  });
  assert.deepEqual(fixture.questions(listGroups, {}), [{ action: 'iam:ListGroups', resource: '*' }]);
});

test('UpdateGroup changes what the request brings and keeps id, policies and members', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { GroupName: 'readers' });
  await fixture.call(createUser, { UserName: 'bob' });
  await fixture.call(addUserToGroup, { GroupName: 'readers', UserName: 'bob' });
  const before = stored(fixture, 'readers');
  await fixture.call(updateGroup, { GroupName: 'readers' });
  assert.deepEqual(stored(fixture, 'readers'), before);
  assert.equal(await fixture.call(updateGroup, { GroupName: 'readers', NewGroupName: 'Readers' }), undefined);
  await fixture.call(updateGroup, { GroupName: 'readers', NewPath: '/staff/' });
  assert.deepEqual(stored(fixture, 'readers'), { ...before, name: 'Readers', path: '/staff/' });
  await fixture.call(updateGroup, { GroupName: 'readers', NewGroupName: 'viewers', NewPath: '/' });
  assert.deepEqual(stored(fixture, 'viewers'), { ...before, name: 'viewers' });
  const { Users }: IamTypes.GetGroupResponse = await fixture.call(getGroup, { GroupName: 'viewers' });
  assert.deepEqual(
    Users.map(({ UserName }) => UserName),
    ['bob'],
  );
});

test('a group is not renamed to a name that is taken', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { GroupName: 'readers' });
  await create(fixture, { GroupName: 'writers' });
  await assert.rejects(
    fixture.call(updateGroup, { GroupName: 'readers', NewGroupName: 'Writers' }),
    isFault('EntityAlreadyExists', 'Group with name Writers already exists.'),
  );
});

test('UpdateGroup asks about the group as it is and as it becomes', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { GroupName: 'Readers', Path: '/staff/' });
  const asked = (input: object) =>
    fixture
      .questions(updateGroup, { GroupName: 'readers', ...input })
      .map(({ action, resource }) => `${action} ${resource}`);
  const about = (rest: string) => `iam:UpdateGroup arn:aws:iam::111122223333:group/${rest}`;
  assert.deepEqual(asked({}), [about('staff/Readers')]);
  assert.deepEqual(asked({ NewGroupName: 'admins' }), [about('staff/Readers'), about('staff/admins')]);
  assert.deepEqual(asked({ NewPath: '/' }), [about('staff/Readers'), about('Readers')]);
});

test('a group that does not exist, or is another account’s, is asked about like one that does and then not found', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { GroupName: 'readers', Path: '/staff/' });
  const foreign = await stranger(fixture);
  for (const [name, operation] of [
    ['GetGroup', getGroup],
    ['UpdateGroup', updateGroup],
    ['DeleteGroup', deleteGroup],
  ] as const) {
    const action = `iam:${name}`;
    assert.deepEqual(fixture.questions(operation, { GroupName: 'readers' }), [
      { action, resource: 'arn:aws:iam::111122223333:group/staff/readers' },
    ]);
    assert.deepEqual(fixture.questions(operation, { GroupName: 'nobody' }), [
      { action, resource: 'arn:aws:iam::111122223333:group/nobody' },
    ]);
    assert.deepEqual(fixture.questions(operation, { GroupName: 'readers' }, foreign), [
      { action, resource: 'arn:aws:iam::999988887777:group/readers' },
    ]);
    await assert.rejects(
      fixture.call(operation, { GroupName: 'nobody' }),
      isFault('NoSuchEntity', 'The group with name nobody cannot be found.'),
    );
    await assert.rejects(
      fixture.call(operation, { GroupName: 'readers' }, foreign),
      isFault('NoSuchEntity', 'The group with name readers cannot be found.'),
    );
  }
});

test('DeleteGroup deletes, and a group of the same name later is another', async () => {
  const fixture = await openServiceFixture();
  const { GroupId } = await create(fixture, { GroupName: 'readers' });
  assert.equal(await fixture.call(deleteGroup, { GroupName: 'Readers' }), undefined);
  assert.equal(fixture.identity.state.all('group').get(GroupId), undefined);
  assert.notEqual((await create(fixture, { GroupName: 'readers' })).GroupId, GroupId);
});

test('a group with members or policies is not deleted', async () => {
  const fixture = await openServiceFixture();
  await fixture.call(createUser, { UserName: 'bob' });
  await create(fixture, { GroupName: 'members' });
  await fixture.call(addUserToGroup, { GroupName: 'members', UserName: 'bob' });
  const group = stored(fixture, 'members');
  const holder = (name: string) => ({ ...group, id: `AGPA${name}` as UniqueId, name });
  await fixture.identity.write(({ put }) => {
    put('group', { ...holder('inline'), inlinePolicies: { inline: '{}' } });
    put('group', { ...holder('attached'), attachedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] });
  });
  for (const [GroupName, message] of [
    ['members', 'Cannot delete entity, must remove users from group first.'],
    ['inline', 'Cannot delete entity, must delete policies first.'],
    ['attached', 'Cannot delete entity, must detach all policies first.'],
  ] as const) {
    await assert.rejects(fixture.call(deleteGroup, { GroupName }), isFault('DeleteConflict', message));
    assert.ok(stored(fixture, GroupName));
  }
});
