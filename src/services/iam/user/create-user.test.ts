import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import type { Caller } from '#services/operation';
import type { PolicyRecord, UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from './create-user.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';

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

test('CreateUser answers the user, and GetUser the same', async () => {
  const fixture = await openServiceFixture();
  const user = await create(fixture, {
    UserName: 'Bob',
    Path: '/staff/',
    PermissionsBoundary: administratorAccess,
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.match(user.UserId, /^AIDA[A-Z2-7]{17}$/);
  assert.deepEqual(user, {
    Path: '/staff/',
    UserName: 'Bob',
    UserId: user.UserId,
    Arn: 'arn:aws:iam::111122223333:user/staff/Bob',
    CreateDate: fixture.now,
    PermissionsBoundary: {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: administratorAccess,
    },
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.deepEqual(await fixture.call(getUser, { UserName: 'bob' }), { User: user });
});

test('a user without path, tags and boundary is at the top and has no members for them', async () => {
  const fixture = await openServiceFixture();
  const user = await create(fixture, { UserName: 'bob' });
  assert.deepEqual(user, {
    Path: '/',
    UserName: 'bob',
    UserId: user.UserId,
    Arn: 'arn:aws:iam::111122223333:user/bob',
    CreateDate: fixture.now,
  });
});

test('a new user has no permissions, groups or credentials', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'bob' });
  const user = stored(fixture, 'bob');
  assert.deepEqual(
    [user.inlinePolicies, user.attachedPolicies, user.groups, user.permissionsBoundary],
    [{}, [], [], undefined],
  );
  assert.equal(fixture.identity.state.all('access-key').count(user.id), 0);
});

test('CreateUser asks about the ARN to be, with the tags and the boundary of the request', async () => {
  const fixture = await openServiceFixture();
  const input = {
    UserName: 'bob',
    Path: '/staff/',
    PermissionsBoundary: administratorAccess,
    Tags: [{ Key: 'Team', Value: 'blue' }],
  };
  const resource = 'arn:aws:iam::111122223333:user/staff/bob';
  const context = {
    'aws:RequestTag/Team': 'blue',
    'aws:TagKeys': ['Team'],
    'iam:PermissionsBoundary': administratorAccess,
  };
  assert.deepEqual(fixture.questions(createUser, input), [
    { action: 'iam:CreateUser', resource, context },
    { action: 'iam:TagUser', resource, context },
  ]);
  const [question, ...others] = fixture.questions(createUser, { ...input, Tags: [] });
  assert.deepEqual([question?.action, others], ['iam:CreateUser', []]);
});

test('CreateUser asks about what the caller wrote, not about the user who has that name', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'Bob', Path: '/staff/', Tags: [{ Key: 'a', Value: 'b' }] });
  const [question] = fixture.questions(createUser, { UserName: 'bob' });
  assert.equal(question?.resource, 'arn:aws:iam::111122223333:user/bob');
  assert.equal(question?.resourceTags, undefined);
});

test('a name is taken whatever its case', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'bob' });
  await assert.rejects(
    create(fixture, { UserName: 'BOB', Path: '/other/' }),
    isFault('EntityAlreadyExists', 'User with name BOB already exists.'),
  );
});

test('of two users created at once with one name there is one', async () => {
  const fixture = await openServiceFixture();
  const [first, second] = await Promise.allSettled([
    create(fixture, { UserName: 'bob' }),
    create(fixture, { UserName: 'Bob' }),
  ]);
  assert.equal(first.status, 'fulfilled');
  assert.ok(second.status === 'rejected');
  assert.ok(isFault('EntityAlreadyExists', 'User with name Bob already exists.')(second.reason));
});

test('the same name in another account is another user', async () => {
  const fixture = await openServiceFixture();
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  const own = await create(fixture, { UserName: 'bob' });
  const foreign: IamTypes.CreateUserResponse = await fixture.call(createUser, { UserName: 'bob' }, stranger);
  assert.equal(foreign.User?.Arn, 'arn:aws:iam::999988887777:user/bob');
  assert.deepEqual(await fixture.call(getUser, { UserName: 'bob' }), { User: own });
});

test('tag keys given twice are refused before policy is asked', async () => {
  const fixture = await openServiceFixture();
  const Tags = [
    { Key: 'team', Value: 'a' },
    { Key: 'Team', Value: 'b' },
  ];
  assert.throws(
    () => fixture.questions(createUser, { UserName: 'bob', Tags }),
    isFault('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
  );
});

test('a permissions boundary must be a managed policy of the account or of AWS', async () => {
  const fixture = await openServiceFixture();
  await fixture.identity.write(({ put }) => {
    for (const account of [fixture.account.id, '999988887777' as typeof fixture.account.id]) {
      const policy: PolicyRecord = {
        id: `ANPA${account}` as UniqueId,
        account,
        name: 'bounds',
        path: '/',
        createdAt: 0,
        updatedAt: 0,
        versions: [{ id: 'v1', document: '{}', createdAt: 0 }],
        defaultVersion: 'v1',
        lastVersion: 1,
        tags: [],
      };
      put('policy', policy);
    }
  });
  const own = 'arn:aws:iam::111122223333:policy/bounds';
  await create(fixture, { UserName: 'bounded', PermissionsBoundary: own });
  assert.equal(fixture.identity.state.boundaryCount(own, fixture.account.id), 1);
  for (const absent of [
    'arn:aws:iam::111122223333:policy/none',
    'arn:aws:iam::999988887777:policy/bounds',
    'arn:aws:iam::aws:policy/NoSuchPolicyOfAws',
  ]) {
    await assert.rejects(
      create(fixture, { UserName: 'bob', PermissionsBoundary: absent }),
      isFault('NoSuchEntity', `Scope ARN: ${absent} does not exist or is not attachable.`),
    );
  }
  for (const invalid of [
    'arn:aws:iam::111122223333:not_a_policy/invalid',
    'no ARN at all, but long enough',
  ]) {
    await assert.rejects(
      create(fixture, { UserName: 'bob', PermissionsBoundary: invalid }),
      isFault('InvalidInput', `ARN ${invalid} is not valid.`),
    );
  }
  assert.equal(fixture.identity.state.all('user').count(fixture.account.id), 1);
});

test('an account has up to five thousand users', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'bob' });
  const bob = stored(fixture, 'bob');
  await fixture.identity.write(({ put }) => {
    for (let index = 1; index < 4999; index++) {
      put('user', { ...bob, id: `AIDA${index}` as UniqueId, name: `user-${index}` });
    }
  });
  const [last, tooMany] = await Promise.allSettled([
    create(fixture, { UserName: 'last' }),
    create(fixture, { UserName: 'one-more' }),
  ]);
  assert.equal(last.status, 'fulfilled');
  assert.ok(tooMany.status === 'rejected');
  assert.ok(isFault('LimitExceeded', 'Cannot exceed quota for UsersPerAccount: 5000')(tooMany.reason));
});

test('GetUser without a name describes the calling user, or the root without name and path', async () => {
  const fixture = await openServiceFixture();
  const bob = await create(fixture, { UserName: 'bob' });
  const caller: Caller = {
    kind: 'user',
    account: fixture.account,
    user: stored(fixture, 'bob'),
    accessKeyId: 'AKIABOB',
  };
  assert.deepEqual(await fixture.call(getUser, {}, caller), { User: bob });
  assert.deepEqual(await fixture.call(getUser, {}), {
    User: {
      UserId: '111122223333',
      Arn: 'arn:aws:iam::111122223333:root',
      CreateDate: fixture.account.createdAt,
    },
  });
});

test('ListUsers shows users by name below a path, without tags and boundary but with the last use of the password', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'carl', Path: '/staff/' });
  const bob = await create(fixture, {
    UserName: 'Bob',
    Path: '/staff/deep/',
    Tags: [{ Key: 'a', Value: 'b' }],
    PermissionsBoundary: administratorAccess,
  });
  await create(fixture, { UserName: 'anna' });
  await fixture.identity.write(({ put }) =>
    put('user', { ...stored(fixture, 'bob'), passwordLastUsedAt: 1000 }),
  );
  const all: IamTypes.ListUsersResponse = await fixture.call(listUsers, {});
  assert.deepEqual(
    all.Users.map(({ UserName }) => UserName),
    ['anna', 'Bob', 'carl'],
  );
  assert.equal(all.IsTruncated, false);
  const below: IamTypes.ListUsersResponse = await fixture.call(listUsers, {
    PathPrefix: '/staff/',
    MaxItems: 1,
  });
  const { Tags: _tags, PermissionsBoundary: _boundary, ...listed } = bob;
  assert.deepEqual(below.Users, [{ ...listed, PasswordLastUsed: 1000 }]);
  assert.equal(below.IsTruncated, true);
  const rest: IamTypes.ListUsersResponse = await fixture.call(listUsers, {
    PathPrefix: '/staff/',
    MaxItems: 1,
    Marker: below.Marker,
  });
  assert.deepEqual(
    rest.Users.map(({ UserName }) => UserName),
    ['carl'],
  );
  assert.deepEqual([rest.IsTruncated, rest.Marker], [false, undefined]);
});

test('ListUsers shows no users of other accounts and asks about everything', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, { UserName: 'bob' });
  const account = await fixture.addAccount('999988887777', 'stranger');
  assert.deepEqual(
    await fixture.call(listUsers, {}, { kind: 'root', account, accessKeyId: 'AKIASTRANGER' }),
    {
      Users: [],
      IsTruncated: false,
    },
  );
  assert.deepEqual(fixture.questions(listUsers, {}), [{ action: 'iam:ListUsers', resource: '*' }]);
});
