import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessKeyId, UniqueId } from '#core/identifiers';
import type { SessionClaims } from '#core/session-token';
import type { Caller, Operation } from '#services/operation';
import type { RoleDocument, UserDocument } from '#stores/identity';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createAccessKey } from '../access-key/create-access-key.ts';
import { deleteAccessKey } from '../access-key/delete-access-key.ts';
import { listAccessKeys } from '../access-key/list-access-keys.ts';
import { updateAccessKey } from '../access-key/update-access-key.ts';
import { createUser } from '../user/create-user.ts';
import { getUser } from '../user/get-user.ts';
import { updateUser } from '../user/update-user.ts';

const selfService: readonly (readonly [string, Operation])[] = [
  ['GetUser', getUser],
  ['CreateAccessKey', createAccessKey],
  ['ListAccessKeys', listAccessKeys],
  ['UpdateAccessKey', updateAccessKey],
  ['DeleteAccessKey', deleteAccessKey],
];
const input = { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Inactive' };

function session(fixture: ServiceFixture, kind: SessionClaims['kind'], principalId: string): SessionClaims {
  return {
    kind,
    accessKeyId: 'ASIASESSION' as AccessKeyId,
    account: fixture.account.id,
    principalId,
    sessionName: 'session',
    issuedAt: 0,
    expiresAt: 3600,
    region: 'us-east-1',
  };
}

async function addUser(fixture: ServiceFixture, UserName: string): Promise<UserDocument> {
  await fixture.call(createUser, { UserName, Path: '/staff/', Tags: [{ Key: 'team', Value: 'blue' }] });
  const user = fixture.identity.state.all('user').named(fixture.account.id, UserName);
  assert.ok(user);
  return user;
}

function callerOf(fixture: ServiceFixture, user: UserDocument): Caller {
  return { kind: 'user', account: fixture.account, user, accessKeyId: 'AKIAUSER' };
}

test('who names nobody means themselves, and is asked about with path and tags', async () => {
  const fixture = await openServiceFixture();
  const bob = await addUser(fixture, 'Bob');
  const temporary = {
    ...callerOf(fixture, bob),
    session: session(fixture, 'session-token', bob.id),
  } as Caller;
  for (const [name, operation] of selfService) {
    const expected = [
      {
        action: `iam:${name}`,
        resource: 'arn:aws:iam::111122223333:user/staff/Bob',
        resourceTags: [{ key: 'team', value: 'blue' }],
      },
    ];
    assert.deepEqual(fixture.questions(operation, input, callerOf(fixture, bob)), expected);
    assert.deepEqual(fixture.questions(operation, input, temporary), expected);
    assert.deepEqual(fixture.questions(operation, { ...input, UserName: 'bob' }), expected);
  }
});

test('a user that does not exist is asked about like one that does', async () => {
  const fixture = await openServiceFixture();
  for (const [name, operation] of selfService) {
    assert.deepEqual(fixture.questions(operation, { ...input, UserName: 'nobody' }), [
      { action: `iam:${name}`, resource: 'arn:aws:iam::111122223333:user/nobody' },
    ]);
    await assert.rejects(
      fixture.call(operation, { ...input, UserName: 'nobody' }),
      isFault('NoSuchEntity', 'The user with name nobody cannot be found.'),
    );
  }
});

test('a calling root that names nobody means itself', async () => {
  const fixture = await openServiceFixture();
  for (const [name, operation] of selfService) {
    assert.deepEqual(fixture.questions(operation, input), [
      { action: `iam:${name}`, resource: 'arn:aws:iam::111122223333:root' },
    ]);
  }
});

test('roles and federated users must name a user', async () => {
  const fixture = await openServiceFixture();
  const role: RoleDocument = {
    id: 'AROAROLE' as UniqueId,
    account: fixture.account.id,
    name: 'role',
    path: '/',
    createdAt: 0,
    inlinePolicies: {},
    attachedPolicies: [],
    tags: [],
    maxSessionDurationSeconds: 3600,
    trustPolicy: '{}',
    trustedIds: {},
  };
  const shared = { account: fixture.account, accessKeyId: 'ASIASESSION' };
  const callers: readonly Caller[] = [
    { ...shared, kind: 'assumed-role', role, session: session(fixture, 'assumed-role', role.id) },
    {
      ...shared,
      kind: 'federated-user',
      issuer: await addUser(fixture, 'bob'),
      session: session(fixture, 'federated-user', 'AIDABOB'),
    },
  ];
  for (const [, operation] of selfService) {
    for (const caller of callers) {
      assert.throws(
        () => fixture.questions(operation, input, caller),
        isFault('ValidationError', 'Must specify userName when calling with non-User credentials'),
      );
      assert.equal(fixture.questions(operation, { ...input, UserName: 'bob' }, caller).length, 1);
    }
  }
});

test('a caller stays themselves when their name has passed to somebody else', async () => {
  const fixture = await openServiceFixture();
  const former = await addUser(fixture, 'bob');
  await fixture.call(updateUser, { UserName: 'bob', NewUserName: 'robert' });
  const later = await addUser(fixture, 'bob');
  const answer: { AccessKey: { UserName: string } } = await fixture.call(
    createAccessKey,
    {},
    callerOf(fixture, former),
  );
  assert.equal(answer.AccessKey.UserName, 'robert');
  assert.equal(fixture.identity.state.all('access-key').count(former.id), 1);
  assert.equal(fixture.identity.state.all('access-key').count(later.id), 0);
});

test('a caller who was deleted meanwhile is nobody', async () => {
  const fixture = await openServiceFixture();
  const bob = await addUser(fixture, 'bob');
  await fixture.identity.write(({ delete: remove }) => remove('user', bob.id));
  for (const [, operation] of selfService) {
    await assert.rejects(
      fixture.call(operation, input, callerOf(fixture, bob)),
      isFault('NoSuchEntity', 'The user with name bob cannot be found.'),
    );
  }
});

test('a user of another account is as absent as none', async () => {
  const fixture = await openServiceFixture();
  await addUser(fixture, 'bob');
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  for (const [, operation] of selfService) {
    await assert.rejects(
      fixture.call(operation, { ...input, UserName: 'bob' }, stranger),
      isFault('NoSuchEntity', 'The user with name bob cannot be found.'),
    );
  }
});
