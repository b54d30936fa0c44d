import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessKeyId, UniqueId } from '#core/identifiers';
import type { IdentityTransaction, UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { getUser } from './get-user.ts';
import { updateUser } from './update-user.ts';

const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';

async function create(fixture: ServiceFixture, input: IamTypes.CreateUserRequest): Promise<IamTypes.User> {
  const { User }: IamTypes.CreateUserResponse = await fixture.call(createUser, input);
  assert.ok(User);
  return User;
}

function stored(fixture: ServiceFixture, name: string): UserDocument {
  const user = fixture.identity.state.all('user').named(fixture.account.id, name);
  assert.ok(user);
  return user;
}

test('UpdateUser changes name and path and keeps everything else', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'bob', Tags: [{ Key: 'a', Value: 'b' }] });
  const before = stored(fixture, 'bob');
  assert.equal(
    await fixture.call(updateUser, { UserName: 'BOB', NewUserName: 'robert', NewPath: '/staff/' }),
    undefined,
  );
  assert.deepEqual(stored(fixture, 'robert'), { ...before, name: 'robert', path: '/staff/' });
  await assert.rejects(
    fixture.call(getUser, { UserName: 'bob' }),
    isFault('NoSuchEntity', 'The user with name bob cannot be found.'),
  );
});

test('UpdateUser changes only what the request brings', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'bob', Path: '/staff/' });
  const before = stored(fixture, 'bob');
  await fixture.call(updateUser, { UserName: 'bob' });
  assert.deepEqual(stored(fixture, 'bob'), before);
  await fixture.call(updateUser, { UserName: 'bob', NewUserName: 'Bob' });
  assert.deepEqual(stored(fixture, 'bob'), { ...before, name: 'Bob' });
  await fixture.call(updateUser, { UserName: 'bob', NewPath: '/' });
  assert.deepEqual(stored(fixture, 'bob'), { ...before, name: 'Bob', path: '/' });
});

test('nobody is renamed to a name that is taken', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'bob' });
  await create(fixture, { UserName: 'carl' });
  await assert.rejects(
    fixture.call(updateUser, { UserName: 'bob', NewUserName: 'Carl' }),
    isFault('EntityAlreadyExists', 'User with name Carl already exists.'),
  );
  const outcomes = await Promise.allSettled(
    ['bob', 'carl'].map((UserName) => fixture.call(updateUser, { UserName, NewUserName: 'dora' })),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
});

test('UpdateUser asks about the user as it is and as it becomes', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'Bob', Path: '/staff/', Tags: [{ Key: 'a', Value: 'b' }] });
  const about = (resource: string) => ({
    action: 'iam:UpdateUser',
    resource: `arn:aws:iam::111122223333:user/${resource}`,
    resourceTags: [{ key: 'a', value: 'b' }],
  });
  const asked = (input: object) => fixture.questions(updateUser, { UserName: 'bob', ...input });
  assert.deepEqual(asked({}), [about('staff/Bob')]);
  assert.deepEqual(asked({ NewUserName: 'Bob', NewPath: '/staff/' }), [about('staff/Bob')]);
  assert.deepEqual(asked({ NewUserName: 'bob' }), [about('staff/Bob'), about('staff/bob')]);
  assert.deepEqual(asked({ NewUserName: 'admin' }), [about('staff/Bob'), about('staff/admin')]);
  assert.deepEqual(asked({ NewPath: '/' }), [about('staff/Bob'), about('Bob')]);
});

test('UpdateUser and DeleteUser ask about an absent user like about one that exists, then do not find it', async () => {
  const fixture = await openServiceFixture();
  for (const [action, operation] of [
    ['iam:UpdateUser', updateUser],
    ['iam:DeleteUser', deleteUser],
  ] as const) {
    assert.deepEqual(fixture.questions(operation, { UserName: 'nobody' }), [
      { action, resource: 'arn:aws:iam::111122223333:user/nobody' },
    ]);
    await assert.rejects(
      fixture.call(operation, { UserName: 'nobody' }),
      isFault('NoSuchEntity', 'The user with name nobody cannot be found.'),
    );
  }
});

test('DeleteUser deletes, and a user of the same name later is somebody else', async () => {
  const fixture = await openServiceFixture();
  const { UserId } = await create(fixture, { UserName: 'bob' });
  assert.equal(await fixture.call(deleteUser, { UserName: 'Bob' }), undefined);
  assert.equal(fixture.identity.state.all('user').get(UserId), undefined);
  assert.notEqual((await create(fixture, { UserName: 'bob' })).UserId, UserId);
});

const remainders: Readonly<Record<string, (put: IdentityTransaction['put'], user: UserDocument) => void>> = {
  'Cannot delete entity, must delete access keys first.': (put, { id, account }) =>
    put('access-key', {
      id: 'AKIAKEY' as AccessKeyId,
      account,
      owner: id,
      status: 'Inactive',
      createdAt: 0,
      sealedSecret: '',
    }),
  'Cannot delete entity, must delete MFA device first.': (put, { id, account }) =>
    put('mfa-device', {
      id: 'serial',
      account,
      name: 'phone',
      path: '/',
      createdAt: 0,
      sealedSeed: '',
      owner: id,
      tags: [],
    }),
  'Cannot delete entity, must delete login profile first.': (put, { id, account }) =>
    put('login-profile', {
      id,
      account,
      createdAt: 0,
      sealedHash: '',
      previousSealedHashes: [],
      changedAt: 0,
      resetRequired: false,
    }),
  'Cannot delete entity, must delete policies first.': (put, user) =>
    put('user', { ...user, inlinePolicies: { inline: '{}' } }),
  'Cannot delete entity, must detach all policies first.': (put, user) =>
    put('user', { ...user, attachedPolicies: [administratorAccess] }),
  'Cannot delete entity, must remove users from group first.': (put, user) =>
    put('user', { ...user, groups: ['AGPAGROUP' as UniqueId] }),
};

for (const [message, leave] of Object.entries(remainders)) {
  test(`a user is not deleted: ${message}`, async () => {
    const fixture = await openServiceFixture();
    await create(fixture, { UserName: 'bob' });
    const bob = stored(fixture, 'bob');
    await fixture.identity.write(({ put }) => leave(put, bob));
    await assert.rejects(fixture.call(deleteUser, { UserName: 'bob' }), isFault('DeleteConflict', message));
    assert.ok(stored(fixture, 'bob'));
  });
}
