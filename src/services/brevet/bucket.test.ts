import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountId, UniqueId } from '#core/identifiers';
import type { UserDocument } from '#stores/identity';
import type { GetBucketResponse, GetChangesResponse } from '#wire/model';
import { isFault, memberOf, openPolicyOrganization, rootIdOf } from '../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { type BucketDescription, brevet, decodeBucket } from './index.ts';

const Bucket = 'photos';
const Account = '111122223333';
const other = '999988887777';
const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' }],
});

async function describeIt(fixture: ServiceFixture, owner = Account): Promise<BucketDescription> {
  const answer: GetBucketResponse = await fixture.call(brevet.GetBucket, { Bucket, Account: owner });
  assert.equal(answer.Sequence, fixture.identity.sequence);
  return decodeBucket(answer.Description);
}

describe('a bucket', () => {
  test('belongs to whom it was made for, and any other to its store', async () => {
    const fixture = await openServiceFixture();
    await fixture.addAccount(other, 'other');
    assert.deepEqual(await describeIt(fixture, other), { isRegistered: false, account: other, context: {} });
    await fixture.call(brevet.CreateBucket, { Bucket, Account });
    assert.deepEqual(await describeIt(fixture, other), { isRegistered: true, account: Account, context: {} });
  });

  test('is made once', async () => {
    const fixture = await openServiceFixture();
    await fixture.call(brevet.CreateBucket, { Bucket, Account });
    await assert.rejects(
      fixture.call(brevet.CreateBucket, { Bucket, Account }),
      isFault('BucketAlreadyExistsException', "The bucket photos is somebody's."),
    );
  });

  test('is not made for an account that is none', async () => {
    const fixture = await openServiceFixture();
    await assert.rejects(
      fixture.call(brevet.CreateBucket, { Bucket, Account: other }),
      isFault('BucketNotFoundException', 'There is no account 999988887777.'),
    );
  });

  test('has a policy until it is deleted, and is told of as changed', async () => {
    const fixture = await openServiceFixture();
    await fixture.call(brevet.CreateBucket, { Bucket, Account });
    const After = fixture.identity.sequence;
    await fixture.call(brevet.PutBucketPolicy, { Bucket, Account, Policy });
    assert.deepEqual((await describeIt(fixture)).policy, { text: Policy, principalIds: {}, shown: Policy });
    const { Buckets, Everything }: GetChangesResponse = await fixture.call(brevet.GetChanges, { After });
    assert.deepEqual([Buckets, Everything], [[Bucket], false]);
    await fixture.call(brevet.DeleteBucketPolicy, { Bucket, Account });
    await fixture.call(brevet.DeleteBucketPolicy, { Bucket, Account });
    assert.equal((await describeIt(fixture)).policy, undefined);
  });

  test('leaves no policy to the next bucket of its name, whoever makes it', async () => {
    const fixture = await openServiceFixture();
    await fixture.addAccount(other, 'other');
    await fixture.call(brevet.PutBucketPolicy, { Bucket, Account, Policy });
    assert.equal((await describeIt(fixture, other)).policy, undefined);
    await fixture.call(brevet.CreateBucket, { Bucket, Account });
    assert.equal((await describeIt(fixture)).policy, undefined);
    await fixture.call(brevet.PutBucketPolicy, { Bucket, Account, Policy });
    await fixture.call(brevet.DeleteBucket, { Bucket, Account });
    assert.deepEqual(await describeIt(fixture), { isRegistered: false, account: Account, context: {} });
  });

  test('has a policy that means who it names now, and not who takes the name later', async () => {
    const fixture = await openServiceFixture();
    const user = (id: string, name: string): UserDocument => ({
      id: id as UniqueId,
      account: Account as AccountId,
      name,
      path: '/',
      createdAt: 0,
      tags: [],
      groups: [],
      inlinePolicies: {},
      attachedPolicies: [],
    });
    const put = (one: UserDocument) => fixture.identity.write(({ put: save }) => save('user', one));
    const bob = `arn:aws:iam::${Account}:user/bob`;
    const text = Policy.replace('"*"', `{"AWS":"${bob}"}`);
    await put(user('AIDABOB', 'bob'));
    await fixture.call(brevet.PutBucketPolicy, { Bucket, Account, Policy: text });
    const bound = { text, principalIds: { [bob]: 'AIDABOB' } };
    assert.deepEqual((await describeIt(fixture)).policy, { ...bound, shown: text });
    await put(user('AIDABOB', 'robert'));
    assert.deepEqual((await describeIt(fixture)).policy, { ...bound, shown: text.replace('bob', 'robert') });
    await fixture.identity.write(({ delete: remove }) => remove('user', 'AIDABOB'));
    await put(user('AIDAOTHER', 'bob'));
    assert.deepEqual((await describeIt(fixture)).policy, { ...bound, shown: text.replace(bob, 'AIDABOB') });
  });

  test('takes no policy that names who is not there', async () => {
    const fixture = await openServiceFixture();
    for (const principal of [`arn:aws:iam::${Account}:role/nobody`, other, 'AIDAAAAAAAAAAAAAAAAAA'])
      await assert.rejects(
        fixture.call(brevet.PutBucketPolicy, {
          Bucket,
          Account,
          Policy: Policy.replace('"*"', `{"AWS":["${Account}","${principal}"]}`),
        }),
        isFault('MalformedPolicyDocument', 'Invalid principal in policy'),
      );
    assert.equal((await describeIt(fixture)).policy, undefined);
  });

  test('takes no policy that is none, that is too long, or in the name of another account', async () => {
    const fixture = await openServiceFixture();
    await fixture.call(brevet.CreateBucket, { Bucket, Account });
    const put = (more: object) => fixture.call(brevet.PutBucketPolicy, { Bucket, Account, Policy, ...more });
    await assert.rejects(put({ Policy: Policy.replace('"Principal":"*",', '') }), {
      code: 'MalformedPolicyDocument',
    });
    await assert.rejects(put({ Policy: Policy.padEnd(20_481) }), { code: 'MalformedPolicyDocument' });
    const foreign = isFault('BucketNotFoundException', 'The bucket photos is not of account 999988887777.');
    await assert.rejects(put({ Account: other }), foreign);
    for (const operation of [brevet.DeleteBucket, brevet.DeleteBucketPolicy])
      await assert.rejects(fixture.call(operation, { Bucket, Account: other }), foreign);
    assert.deepEqual(await describeIt(fixture), { isRegistered: true, account: Account, context: {} });
  });

  test('is guarded by the resource control policies of its owner', async () => {
    const fixture = await openPolicyOrganization();
    const { account } = await memberOf(fixture);
    const described = await describeIt(fixture, account.id);
    assert.deepEqual(
      described.rcps?.map((level) => level.map(({ name }) => name)),
      [1, 2].map(() => ['arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess']),
    );
    const { organization } = account;
    assert.deepEqual(described.context, {
      'aws:resourceorgid': organization?.id,
      'aws:resourceorgpaths': [`${organization?.id}/${rootIdOf(fixture)}/`],
    });
    assert.equal((await describeIt(fixture)).rcps, undefined);
  });

  test('is a question in the account that owns it and in the one that is said to', async () => {
    const fixture = await openServiceFixture();
    await fixture.addAccount(other, 'other');
    await fixture.call(brevet.CreateBucket, { Bucket, Account: other });
    const questions = fixture.questions(brevet.GetBucket, { Bucket, Account });
    assert.deepEqual(questions, [
      { action: 'brevet:GetBucket', resource: 'arn:aws:brevet::111122223333:bucket/photos' },
      {
        action: 'brevet:GetBucket',
        resource: 'arn:aws:brevet::999988887777:bucket/photos',
        resourceAccount: other,
      },
    ]);
  });
});

describe('the description of a bucket', () => {
  test('is refused with anything missing, unknown or of another type', () => {
    const whole = { isRegistered: true, account: Account, context: {} };
    assert.deepEqual(decodeBucket(JSON.stringify(whole)), whole);
    for (const wrong of [
      null,
      [],
      {},
      { ...whole, account: 'me' },
      { ...whole, isRegistered: 'true' },
      { ...whole, policy: {} },
      { ...whole, policy: '{}' },
      { ...whole, policy: { text: '{}', shown: '{}' } },
      { ...whole, policy: { text: '{}', shown: '{}', principalIds: { a: 1 } } },
      { ...whole, policy: { text: '{}', shown: '{}', principalIds: {}, more: 1 } },
      { ...whole, rcps: {} },
      { ...whole, rcps: [[{ name: 'a' }]] },
      { ...whole, context: { a: 1 } },
      { ...whole, more: 1 },
    ])
      assert.throws(() => decodeBucket(JSON.stringify(wrong)), { code: 'BucketDescriptionError' });
    assert.throws(() => decodeBucket('{'), { code: 'BucketDescriptionError' });
  });
});
