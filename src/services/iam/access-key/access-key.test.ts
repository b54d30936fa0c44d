import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOfAccessKeyId, decodeBase32 } from '#core/identifiers';
import type { Caller, Operation } from '#services/operation';
import type { AccessKeyDocument, UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from '../user/create-user.ts';
import { createAccessKey } from './create-access-key.ts';
import { deleteAccessKey } from './delete-access-key.ts';
import { getAccessKeyLastUsed } from './get-access-key-last-used.ts';
import { listAccessKeys } from './list-access-keys.ts';
import { updateAccessKey } from './update-access-key.ts';

async function withUsers(...names: readonly string[]): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  for (const UserName of names) {
    await fixture.call(createUser, { UserName, Path: '/staff/', Tags: [{ Key: 'team', Value: UserName }] });
  }
  return fixture;
}

async function create(fixture: ServiceFixture, input: IamTypes.CreateAccessKeyRequest, caller?: Caller) {
  const answer: IamTypes.CreateAccessKeyResponse = await fixture.call(createAccessKey, input, caller);
  return answer.AccessKey;
}

function user(fixture: ServiceFixture, name: string): UserDocument {
  const found = fixture.identity.state.all('user').named(fixture.account.id, name);
  assert.ok(found);
  return found;
}

function stored(fixture: ServiceFixture, id: string): AccessKeyDocument | undefined {
  return fixture.identity.state.all('access-key').get(id);
}

/** Opens the stored secret with the fixture's own box, under a context. */
function openSecret(fixture: ServiceFixture, id: string, context: string): Promise<string> {
  const probe: Operation = {
    model: createAccessKey.model,
    callers: 'signed',
    effect: 'read',
    load: () => undefined,
    authorize: () => [],
    run: (_input, _loaded, { box }) =>
      Buffer.from(box.open(stored(fixture, id)?.sealedSecret ?? '', context)).toString(),
  };
  return fixture.call(probe, {});
}

test('CreateAccessKey answers an active key whose id carries the account', async () => {
  const fixture = await withUsers('Bob');
  const key = await create(fixture, { UserName: 'bob' });
  assert.match(key.AccessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.equal(accountOfAccessKeyId(key.AccessKeyId), '111122223333');
  assert.match(key.SecretAccessKey, /^[A-Za-z0-9+/]{40}$/);
  assert.deepEqual(key, {
    UserName: 'Bob',
    AccessKeyId: key.AccessKeyId,
    Status: 'Active',
    SecretAccessKey: key.SecretAccessKey,
    CreateDate: fixture.now,
  });
});

test('the secret is stored sealed, for this key only', async () => {
  const fixture = await withUsers('bob');
  const key = await create(fixture, { UserName: 'bob' });
  const document = stored(fixture, key.AccessKeyId);
  assert.ok(!JSON.stringify(document).includes(key.SecretAccessKey));
  assert.deepEqual(document, {
    id: key.AccessKeyId,
    account: '111122223333',
    owner: user(fixture, 'bob').id,
    status: 'Active',
    createdAt: fixture.now,
    sealedSecret: document?.sealedSecret,
  });
  const context = `access-key:${key.AccessKeyId}`;
  assert.equal(await openSecret(fixture, key.AccessKeyId, context), key.SecretAccessKey);
  await assert.rejects(openSecret(fixture, key.AccessKeyId, 'access-key:AKIAOTHER'), {
    name: 'KeyringError',
  });
});

test('two keys have different ids and secrets', async () => {
  const fixture = await withUsers('bob');
  const first = await create(fixture, { UserName: 'bob' });
  const second = await create(fixture, { UserName: 'bob' });
  assert.notEqual(first.AccessKeyId, second.AccessKeyId);
  assert.notEqual(first.SecretAccessKey, second.SecretAccessKey);
});

test('a user has up to two keys, active or not, also when they are asked for at once', async () => {
  const fixture = await withUsers('bob', 'carl');
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => create(fixture, { UserName: 'bob' })));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  const [first] = fixture.identity.state.all('access-key').list(user(fixture, 'bob').id);
  await fixture.call(updateAccessKey, { UserName: 'bob', AccessKeyId: first?.id, Status: 'Inactive' });
  await assert.rejects(
    create(fixture, { UserName: 'bob' }),
    isFault('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2'),
  );
  assert.equal((await create(fixture, { UserName: 'carl' })).UserName, 'carl');
});

test('the root has up to two keys of its own, which have no user name', async () => {
  const fixture = await withUsers();
  const key = await create(fixture, {});
  assert.ok(!Object.keys(key).includes('UserName'));
  assert.equal(stored(fixture, key.AccessKeyId)?.owner, '111122223333');
  const listed: IamTypes.ListAccessKeysResponse = await fixture.call(listAccessKeys, {});
  assert.deepEqual(listed.AccessKeyMetadata, [
    { AccessKeyId: key.AccessKeyId, Status: 'Active', CreateDate: fixture.now },
  ]);
  await create(fixture, {});
  await assert.rejects(
    create(fixture, {}),
    isFault('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2'),
  );
});

test('a key id that is taken is not given again', async () => {
  const fixture = await withUsers('bob', 'carl');
  const taken = await create(fixture, { UserName: 'bob' });
  const body = decodeBase32(taken.AccessKeyId.slice(4));
  assert.ok(body);
  const repeating: Operation = {
    ...createAccessKey,
    run: (input, loaded, call) => {
      let draws = 0;
      const random = (count: number) => (count === 10 && draws++ === 0 ? body : call.random(count));
      return createAccessKey.run(input, loaded, { ...call, random });
    },
  };
  const answer: IamTypes.CreateAccessKeyResponse = await fixture.call(repeating, { UserName: 'carl' });
  assert.notEqual(answer.AccessKey.AccessKeyId, taken.AccessKeyId);
  assert.equal(stored(fixture, taken.AccessKeyId)?.owner, user(fixture, 'bob').id);
});

test('ListAccessKeys shows the keys of that user, by the page and without secrets', async () => {
  const fixture = await withUsers('Bob', 'carl');
  const ids = [
    (await create(fixture, { UserName: 'bob' })).AccessKeyId,
    (await create(fixture, { UserName: 'bob' })).AccessKeyId,
  ].sort();
  await create(fixture, { UserName: 'carl' });
  const first: IamTypes.ListAccessKeysResponse = await fixture.call(listAccessKeys, {
    UserName: 'bob',
    MaxItems: 1,
  });
  assert.deepEqual(first.AccessKeyMetadata, [
    { UserName: 'Bob', AccessKeyId: ids[0], Status: 'Active', CreateDate: fixture.now },
  ]);
  assert.equal(first.IsTruncated, true);
  const second: IamTypes.ListAccessKeysResponse = await fixture.call(listAccessKeys, {
    UserName: 'bob',
    MaxItems: 1,
    Marker: first.Marker,
  });
  assert.deepEqual(
    second.AccessKeyMetadata.map(({ AccessKeyId }) => AccessKeyId),
    [ids[1]],
  );
  assert.deepEqual([second.IsTruncated, second.Marker], [false, undefined]);
});

test('UpdateAccessKey switches a key off and on and changes nothing else', async () => {
  const fixture = await withUsers('bob');
  const { AccessKeyId } = await create(fixture, { UserName: 'bob' });
  const before = stored(fixture, AccessKeyId);
  for (const Status of ['Inactive', 'Inactive', 'Active']) {
    assert.equal(await fixture.call(updateAccessKey, { UserName: 'bob', AccessKeyId, Status }), undefined);
    assert.deepEqual(stored(fixture, AccessKeyId), { ...before, status: Status });
  }
});

test('an access key cannot be made expired', async () => {
  const fixture = await withUsers('bob');
  const { AccessKeyId } = await create(fixture, { UserName: 'bob' });
  await assert.rejects(
    fixture.call(updateAccessKey, { UserName: 'bob', AccessKeyId, Status: 'Expired' }),
    isFault(
      'ValidationError',
      "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
    ),
  );
  assert.equal(stored(fixture, AccessKeyId)?.status, 'Active');
});

test('DeleteAccessKey deletes the key and what is known of its last use', async () => {
  const fixture = await withUsers('bob');
  const used = await create(fixture, { UserName: 'bob' });
  const unused = await create(fixture, { UserName: 'bob' });
  await fixture.identity.write(({ put }) =>
    put('last-used', { id: used.AccessKeyId, at: 0, region: 'eu-west-1', service: 'sts' }),
  );
  for (const { AccessKeyId } of [used, unused]) {
    assert.equal(await fixture.call(deleteAccessKey, { UserName: 'bob', AccessKeyId }), undefined);
    assert.equal(stored(fixture, AccessKeyId), undefined);
  }
  assert.equal(fixture.identity.state.all('last-used').get(used.AccessKeyId), undefined);
});

test('a key of somebody else is neither changed nor deleted, and as absent as none', async () => {
  const fixture = await withUsers('bob', 'carl');
  const { AccessKeyId } = await create(fixture, { UserName: 'bob' });
  const before = stored(fixture, AccessKeyId);
  const carl: Caller = {
    kind: 'user',
    account: fixture.account,
    user: user(fixture, 'carl'),
    accessKeyId: 'AKIACARL',
  };
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  for (const operation of [updateAccessKey, deleteAccessKey]) {
    for (const [input, caller] of [
      [{ UserName: 'carl' }, fixture.root],
      [{}, fixture.root],
      [{}, carl],
      [{}, stranger],
    ] as const) {
      await assert.rejects(
        fixture.call(operation, { ...input, AccessKeyId, Status: 'Inactive' }, caller),
        isFault('NoSuchEntity', `The Access Key with id ${AccessKeyId} cannot be found.`),
      );
    }
    await assert.rejects(
      fixture.call(operation, { UserName: 'bob', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Inactive' }),
      isFault('NoSuchEntity', 'The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.'),
    );
  }
  assert.deepEqual(stored(fixture, AccessKeyId), before);
});

test('GetAccessKeyLastUsed tells whose key it is and when and where it was last used', async () => {
  const fixture = await withUsers('bob');
  const { AccessKeyId } = await create(fixture, { UserName: 'bob' });
  assert.deepEqual(await fixture.call(getAccessKeyLastUsed, { AccessKeyId }), {
    UserName: 'bob',
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
  });
  await fixture.identity.write(({ put }) =>
    put('last-used', { id: AccessKeyId, at: 1234, region: 'eu-west-1', service: 'sts' }),
  );
  assert.deepEqual(await fixture.call(getAccessKeyLastUsed, { AccessKeyId }), {
    UserName: 'bob',
    AccessKeyLastUsed: { LastUsedDate: 1234, ServiceName: 'sts', Region: 'eu-west-1' },
  });
});

test('GetAccessKeyLastUsed asks about the owner of the key', async () => {
  const fixture = await withUsers('bob');
  const bobs = await create(fixture, { UserName: 'bob' });
  const roots = await create(fixture, {});
  const action = 'iam:GetAccessKeyLastUsed';
  const asked = (AccessKeyId: string) => fixture.questions(getAccessKeyLastUsed, { AccessKeyId });
  assert.deepEqual(asked(bobs.AccessKeyId), [
    {
      action,
      resource: 'arn:aws:iam::111122223333:user/staff/bob',
      resourceTags: [{ key: 'team', value: 'bob' }],
    },
  ]);
  assert.deepEqual(asked(roots.AccessKeyId), [{ action, resource: 'arn:aws:iam::111122223333:root' }]);
  assert.deepEqual(asked('AKIAIOSFODNN7EXAMPLE'), [{ action, resource: '*' }]);
  assert.deepEqual(await fixture.call(getAccessKeyLastUsed, { AccessKeyId: roots.AccessKeyId }), {
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
  });
});

test('GetAccessKeyLastUsed denies access to a key of another account as to none', async () => {
  const fixture = await withUsers('bob');
  const { AccessKeyId } = await create(fixture, { UserName: 'bob' });
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  for (const id of [AccessKeyId, 'AKIAIOSFODNN7EXAMPLE']) {
    await assert.rejects(
      fixture.call(getAccessKeyLastUsed, { AccessKeyId: id }, stranger),
      isFault(
        'AccessDenied',
        `User: arn:aws:iam::999988887777:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${id}`,
      ),
    );
  }
  assert.deepEqual(fixture.questions(getAccessKeyLastUsed, { AccessKeyId }, stranger), [
    { action: 'iam:GetAccessKeyLastUsed', resource: '*' },
  ]);
});
