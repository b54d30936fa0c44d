import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccessKeyId, type AccountId, createAccessKeyId } from '#core/identifiers';
import type { Caller } from '#services/operation';
import type { RevokedSessionDocument } from '#stores/identity';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { deleteAccessKey } from './delete-access-key.ts';
import { updateAccessKey } from './update-access-key.ts';

const hourMs = 3_600_000;

/** The id of a temporary access key of an account; different bytes give different ids. */
function keyId(account = '111122223333', byte = 0): AccessKeyId {
  return createAccessKeyId('ASIA', account as AccountId, (count) => new Uint8Array(count).fill(byte));
}

function revoked(fixture: ServiceFixture): readonly RevokedSessionDocument[] {
  return [...fixture.identity.state.all('revoked-session').values()];
}

test('the session of a temporary key is made inactive, active again, and deleted for good', async () => {
  const fixture = await openServiceFixture();
  const id = keyId();
  const document = { id, account: '111122223333', revokedAt: fixture.now };
  await fixture.call(updateAccessKey, { AccessKeyId: id, Status: 'Inactive' });
  assert.deepEqual(revoked(fixture), [{ ...document, status: 'Inactive' }]);
  await fixture.call(updateAccessKey, { AccessKeyId: id, Status: 'Active' });
  await fixture.call(updateAccessKey, { AccessKeyId: id, Status: 'Active' });
  assert.deepEqual(revoked(fixture), []);
  await fixture.call(deleteAccessKey, { AccessKeyId: id });
  assert.deepEqual(revoked(fixture), [{ ...document, status: 'Deleted' }]);
  const isGone = isFault('NoSuchEntity', `The Access Key with id ${id} cannot be found.`);
  for (const Status of ['Active', 'Inactive'])
    await assert.rejects(fixture.call(updateAccessKey, { AccessKeyId: id, Status }), isGone);
  await assert.rejects(fixture.call(deleteAccessKey, { AccessKeyId: id }), isGone);
  assert.deepEqual(revoked(fixture), [{ ...document, status: 'Deleted' }]);
});

test('ending a session is asked about as every key of the account, not as one of the caller', async () => {
  const fixture = await openServiceFixture();
  const input = { AccessKeyId: keyId(), Status: 'Inactive' };
  assert.deepEqual(fixture.questions(updateAccessKey, input), [
    { action: 'iam:UpdateAccessKey', resource: '*' },
  ]);
  assert.deepEqual(fixture.questions(deleteAccessKey, input), [
    { action: 'iam:DeleteAccessKey', resource: '*' },
  ]);
});

test('a temporary key of another account, or of none, is as absent as any', async () => {
  const fixture = await openServiceFixture();
  for (const AccessKeyId of [keyId('999988887777'), 'ASIAAAAAAAAAAAAAAAAA', 'ASIA']) {
    for (const operation of [updateAccessKey, deleteAccessKey]) {
      await assert.rejects(
        fixture.call(operation, { AccessKeyId, Status: 'Inactive' }),
        isFault('NoSuchEntity', `The Access Key with id ${AccessKeyId} cannot be found.`),
      );
    }
  }
  assert.deepEqual(revoked(fixture), []);
});

test('a user has no temporary keys of their own', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(
    fixture.call(deleteAccessKey, { AccessKeyId: keyId(), UserName: 'bob' }),
    isFault('NoSuchEntity', 'The user with name bob cannot be found.'),
  );
});

test('what no living session can need is forgotten, in the account that ends another', async () => {
  const fixture = await openServiceFixture();
  const account = await fixture.addAccount('999988887777', 'other');
  const other: Caller = { kind: 'root', account, accessKeyId: 'AKIAOTHER' };
  await fixture.call(deleteAccessKey, { AccessKeyId: keyId('111122223333', 1) });
  await fixture.call(deleteAccessKey, { AccessKeyId: keyId('999988887777', 1) }, other);
  fixture.now += 37 * hourMs - 1;
  await fixture.call(deleteAccessKey, { AccessKeyId: keyId('111122223333', 2) });
  assert.equal(revoked(fixture).length, 3);
  fixture.now += 1;
  await fixture.call(deleteAccessKey, { AccessKeyId: keyId('111122223333', 3) });
  assert.deepEqual(
    revoked(fixture).map(({ id }) => id),
    [keyId('999988887777', 1), keyId('111122223333', 2), keyId('111122223333', 3)],
  );
});

test('an account ends a hundred thousand sessions at a time', async () => {
  const fixture = await openServiceFixture();
  const account = '111122223333' as AccountId;
  await fixture.identity.write(({ put }) => {
    for (let index = 0; index < 100_000; index++) {
      put('revoked-session', {
        id: `ASIA${index}` as AccessKeyId,
        account,
        revokedAt: fixture.now,
        status: 'Deleted',
      });
    }
  });
  await assert.rejects(
    fixture.call(deleteAccessKey, { AccessKeyId: keyId() }),
    isFault('LimitExceeded', 'Cannot exceed quota for RevokedSessionsPerAccount: 100000'),
  );
});
