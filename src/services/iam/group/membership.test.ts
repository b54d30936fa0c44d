import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#services/operation';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from '../user/create-user.ts';
import { deleteUser } from '../user/delete-user.ts';
import { createGroup } from './create-group.ts';
import { deleteGroup } from './delete-group.ts';
import { getGroup } from './get-group.ts';
import { listGroupsForUser } from './list-groups.ts';
import { addUserToGroup, removeUserFromGroup } from './membership.ts';

async function open(users: readonly string[], groups: readonly string[]): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  for (const UserName of users) {
    await fixture.call(createUser, { UserName, Path: '/staff/', Tags: [{ Key: 'team', Value: 'blue' }] });
  }
  for (const GroupName of groups) await fixture.call(createGroup, { GroupName, Path: '/teams/' });
  return fixture;
}

async function members(fixture: ServiceFixture, GroupName: string): Promise<readonly string[]> {
  const { Users }: IamTypes.GetGroupResponse = await fixture.call(getGroup, { GroupName });
  return Users.map(({ UserName }) => UserName);
}

async function groupsOf(fixture: ServiceFixture, UserName: string): Promise<readonly string[]> {
  const answer: IamTypes.ListGroupsForUserResponse = await fixture.call(listGroupsForUser, { UserName });
  return answer.Groups.map(({ GroupName }) => GroupName);
}

test('a user joins and leaves groups', async () => {
  const fixture = await open(['bob', 'anna'], ['Writers', 'readers']);
  for (const GroupName of ['writers', 'readers']) {
    assert.equal(await fixture.call(addUserToGroup, { GroupName, UserName: 'BOB' }), undefined);
  }
  await fixture.call(addUserToGroup, { GroupName: 'readers', UserName: 'anna' });
  assert.deepEqual(await members(fixture, 'readers'), ['anna', 'bob']);
  assert.deepEqual(await groupsOf(fixture, 'bob'), ['readers', 'Writers']);
  assert.deepEqual(await groupsOf(fixture, 'anna'), ['readers']);
  assert.equal(await fixture.call(removeUserFromGroup, { GroupName: 'Readers', UserName: 'Bob' }), undefined);
  assert.deepEqual(await members(fixture, 'readers'), ['anna']);
  assert.deepEqual(await groupsOf(fixture, 'bob'), ['Writers']);
});

test('joining again and leaving again change nothing', async () => {
  const fixture = await open(['bob'], ['readers', 'writers']);
  const input = { GroupName: 'readers', UserName: 'bob' };
  await fixture.call(addUserToGroup, input);
  await fixture.call(addUserToGroup, input);
  assert.deepEqual(await groupsOf(fixture, 'bob'), ['readers']);
  assert.deepEqual(await members(fixture, 'readers'), ['bob']);
  await fixture.call(removeUserFromGroup, { ...input, GroupName: 'writers' });
  assert.deepEqual(await groupsOf(fixture, 'bob'), ['readers']);
  await fixture.call(removeUserFromGroup, input);
  await fixture.call(removeUserFromGroup, input);
  assert.deepEqual(await groupsOf(fixture, 'bob'), []);
});

test('a user is in up to ten groups, also when they are joined at once, and may join their own again', async () => {
  const names = Array.from({ length: 11 }, (_, index) => `group-${String(index).padStart(2, '0')}`);
  const fixture = await open(['bob'], names);
  const outcomes = await Promise.allSettled(
    names.map((GroupName) => fixture.call(addUserToGroup, { GroupName, UserName: 'bob' })),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    [...Array<string>(10).fill('fulfilled'), 'rejected'],
  );
  await assert.rejects(
    fixture.call(addUserToGroup, { GroupName: names[10], UserName: 'bob' }),
    isFault('LimitExceeded', 'Cannot exceed quota for GroupsPerUser: 10'),
  );
  await fixture.call(addUserToGroup, { GroupName: names[0], UserName: 'bob' });
  assert.deepEqual(await groupsOf(fixture, 'bob'), names.slice(0, 10));
});

test('joining and leaving ask about the group', async () => {
  const fixture = await open(['bob'], ['Readers']);
  for (const [name, operation] of [
    ['AddUserToGroup', addUserToGroup],
    ['RemoveUserFromGroup', removeUserFromGroup],
  ] as const) {
    const action = `iam:${name}`;
    assert.deepEqual(fixture.questions(operation, { GroupName: 'readers', UserName: 'bob' }), [
      { action, resource: 'arn:aws:iam::111122223333:group/teams/Readers' },
    ]);
    assert.deepEqual(fixture.questions(operation, { GroupName: 'nobody', UserName: 'bob' }), [
      { action, resource: 'arn:aws:iam::111122223333:group/nobody' },
    ]);
  }
});

test('joining and leaving need a user and a group of the account', async () => {
  const fixture = await open(['bob'], ['readers']);
  const account = await fixture.addAccount('999988887777', 'stranger');
  const foreign: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  await fixture.call(createUser, { UserName: 'theirs' }, foreign);
  await fixture.call(createGroup, { GroupName: 'theirs' }, foreign);
  for (const operation of [addUserToGroup, removeUserFromGroup]) {
    for (const UserName of ['nobody', 'theirs']) {
      for (const GroupName of ['readers', 'nobody']) {
        await assert.rejects(
          fixture.call(operation, { GroupName, UserName }),
          isFault('NoSuchEntity', `The user with name ${UserName} cannot be found.`),
        );
      }
    }
    for (const GroupName of ['nobody', 'theirs']) {
      await assert.rejects(
        fixture.call(operation, { GroupName, UserName: 'bob' }),
        isFault('NoSuchEntity', `The group with name ${GroupName} cannot be found.`),
      );
    }
  }
});

test('of deleting a group and joining it at once only one succeeds, so nobody is in a group that is gone', async () => {
  const fixture = await open(['bob'], ['readers']);
  const input = { GroupName: 'readers', UserName: 'bob' };
  const [deleted, joined] = await Promise.allSettled([
    fixture.call(deleteGroup, input),
    fixture.call(addUserToGroup, input),
  ]);
  assert.equal(deleted.status, 'fulfilled');
  assert.ok(joined.status === 'rejected');
  assert.ok(isFault('NoSuchEntity', 'The group with name readers cannot be found.')(joined.reason));
  assert.deepEqual(await groupsOf(fixture, 'bob'), []);
});

test('of joining a group and being deleted at once only one succeeds', async () => {
  const fixture = await open(['bob'], ['readers']);
  const input = { GroupName: 'readers', UserName: 'bob' };
  const [joined, deleted] = await Promise.allSettled([
    fixture.call(addUserToGroup, input),
    fixture.call(deleteUser, input),
  ]);
  assert.equal(joined.status, 'fulfilled');
  assert.ok(deleted.status === 'rejected');
  assert.ok(
    isFault('DeleteConflict', 'Cannot delete entity, must remove users from group first.')(deleted.reason),
  );
});

test('GetGroup shows members by the page, without tags', async () => {
  const names = ['anna', 'Bob', 'carl'];
  const fixture = await open(names, ['readers']);
  for (const UserName of names) await fixture.call(addUserToGroup, { GroupName: 'readers', UserName });
  const first: IamTypes.GetGroupResponse = await fixture.call(getGroup, {
    GroupName: 'readers',
    MaxItems: 2,
  });
  const users = fixture.identity.state.all('user');
  const shown = (name: string) => ({
    Path: '/staff/',
    UserName: name,
    UserId: users.named(fixture.account.id, name)?.id,
    Arn: `arn:aws:iam::111122223333:user/staff/${name}`,
    CreateDate: fixture.now,
  });
  assert.deepEqual(first.Users, [shown('anna'), shown('Bob')]);
  assert.equal(first.IsTruncated, true);
  const second: IamTypes.GetGroupResponse = await fixture.call(getGroup, {
    GroupName: 'readers',
    MaxItems: 2,
    Marker: first.Marker,
  });
  assert.deepEqual(second, { Group: first.Group, Users: [shown('carl')], IsTruncated: false });
});

test('ListGroupsForUser shows groups by the page and asks about the user', async () => {
  const names = ['Auditors', 'readers', 'Writers'];
  const fixture = await open(['Bob'], names);
  for (const GroupName of [...names].reverse()) {
    await fixture.call(addUserToGroup, { GroupName, UserName: 'bob' });
  }
  const first: IamTypes.ListGroupsForUserResponse = await fixture.call(listGroupsForUser, {
    UserName: 'bob',
    MaxItems: 2,
  });
  assert.deepEqual(
    first.Groups.map(({ Arn }) => Arn),
    ['Auditors', 'readers'].map((name) => `arn:aws:iam::111122223333:group/teams/${name}`),
  );
  const second: IamTypes.ListGroupsForUserResponse = await fixture.call(listGroupsForUser, {
    UserName: 'bob',
    MaxItems: 2,
    Marker: first.Marker,
  });
  assert.deepEqual(
    [second.Groups.map(({ GroupName }) => GroupName), second.IsTruncated],
    [['Writers'], false],
  );
  const action = 'iam:ListGroupsForUser';
  assert.deepEqual(fixture.questions(listGroupsForUser, { UserName: 'bob' }), [
    {
      action,
      resource: 'arn:aws:iam::111122223333:user/staff/Bob',
      resourceTags: [{ key: 'team', value: 'blue' }],
    },
  ]);
  assert.deepEqual(fixture.questions(listGroupsForUser, { UserName: 'nobody' }), [
    { action, resource: 'arn:aws:iam::111122223333:user/nobody' },
  ]);
  await assert.rejects(
    fixture.call(listGroupsForUser, { UserName: 'nobody' }),
    isFault('NoSuchEntity', 'The user with name nobody cannot be found.'),
  );
});
