import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { type AccessKeyId, createAccessKeyId } from '#core/identifiers';
import { deriveSigningKey } from '#core/sigv4';
import { type Caller, decodeCaller } from '#services/operation';
import type { GetChangesResponse, GetSigningKeyResponse } from '#wire/model';
import { isFault } from '../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { brevet } from './index.ts';

const scope = { Date: '20260102', Region: 'eu-west-1', Service: 's3' };

/** Adds an access key of the root of an account; returns it as a caller. */
async function addRootKey(
  fixture: ServiceFixture,
  account = fixture.account,
  secret = 'secret',
): Promise<Caller> {
  const id = createAccessKeyId('AKIA', account.id, (count) => new Uint8Array(count).fill(7));
  // The box is the fixture's own, reached through an operation.
  await fixture.call(
    {
      ...brevet.GetSigningKey,
      load: () => undefined,
      authorize: () => [],
      run: (_input, _loaded, { box, identity }) =>
        identity.write(({ put }) =>
          put('access-key', {
            id,
            account: account.id,
            owner: account.id,
            status: 'Active',
            createdAt: 0,
            sealedSecret: box.seal(secret, `access-key:${id}`),
          }),
        ),
    },
    {},
  );
  return { kind: 'root', account, accessKeyId: id };
}

describe('GetSigningKey', () => {
  test('answers the key of one day, Region and service, and who the caller is', async () => {
    const fixture = await openServiceFixture();
    const { accessKeyId } = await addRootKey(fixture);
    const answer: GetSigningKeyResponse = await fixture.call(brevet.GetSigningKey, {
      ...scope,
      AccessKeyId: accessKeyId,
    });
    const expected = deriveSigningKey('secret', '20260102', 'eu-west-1', 's3');
    assert.ok(createSecretKey(answer.SigningKey).equals(expected));
    assert.deepEqual(decodeCaller(answer.Caller), {
      principal: {
        type: 'root',
        account: '111122223333',
        arn: 'arn:aws:iam::111122223333:root',
        id: '111122223333',
      },
      account: '111122223333',
      arn: 'arn:aws:iam::111122223333:root',
      principalId: '111122223333',
      accessKeyId,
      context: {
        'aws:viaawsservice': 'false',
        'aws:principalisawsservice': 'false',
        'aws:principalaccount': '111122223333',
        'aws:principaltype': 'Account',
        'aws:principalarn': 'arn:aws:iam::111122223333:root',
        'aws:userid': '111122223333',
      },
      tags: {},
      policies: { identity: [] },
    });
    assert.equal(answer.Sequence, fixture.identity.sequence);
  });

  test('asks for the permission on that Region and service in the account of the caller', async () => {
    const fixture = await openServiceFixture();
    const { accessKeyId } = await addRootKey(fixture);
    assert.deepEqual(fixture.questions(brevet.GetSigningKey, { ...scope, AccessKeyId: accessKeyId }), [
      {
        action: 'brevet:GetSigningKey',
        resource: 'arn:aws:brevet:eu-west-1:111122223333:signing-key/s3',
      },
    ]);
  });

  test('is a question across accounts but for the account that manages the organization of both', async () => {
    const fixture = await openServiceFixture();
    const other = await fixture.addAccount('999988887777', 'other');
    const AccessKeyId = createAccessKeyId('ASIA', other.id, (count) => new Uint8Array(count));
    const input = { ...scope, AccessKeyId };
    const resourceAccounts = (caller?: Caller) =>
      fixture.questions(brevet.GetSigningKey, input, caller).map(({ resourceAccount }) => resourceAccount);
    assert.deepEqual(resourceAccounts(), ['999988887777']);
    await fixture.identity.write(({ put }) => {
      put('organization', {
        id: 'o-1',
        rootId: 'r-1',
        managementAccount: fixture.account.id,
        featureSet: 'ALL',
        createdAt: 0,
      });
      const organization = {
        id: 'o-1',
        parent: 'r-1',
        joinedMethod: 'CREATED',
        joinedAt: 0,
        status: 'ACTIVE',
      } as const;
      put('account', { ...other, organization: organization });
      put('account', { ...fixture.account, organization: organization });
    });
    assert.deepEqual(resourceAccounts(), [undefined]);
    const member: Caller = { kind: 'root', account: other, accessKeyId: 'AKIAOTHER' };
    const managers = createAccessKeyId('ASIA', fixture.account.id, (count) => new Uint8Array(count));
    const asked = fixture.questions(brevet.GetSigningKey, { ...scope, AccessKeyId: managers }, member);
    assert.equal(asked[0]?.resourceAccount, '111122223333');
  });

  test('refuses credentials that are not good, without saying more', async () => {
    const fixture = await openServiceFixture();
    const isRefused = isFault('CallerRefusedException', 'The credentials of the caller are not good.', {
      Reason: 'InvalidClientTokenId',
    });
    const { accessKeyId } = await addRootKey(fixture);
    for (const more of [
      { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      { AccessKeyId: accessKeyId, SessionToken: 'forged' },
    ])
      await assert.rejects(fixture.call(brevet.GetSigningKey, { ...scope, ...more }), isRefused);
    await fixture.identity.write(({ state, put }) => {
      const key = state.all('access-key').get(accessKeyId);
      assert.ok(key);
      put('access-key', { ...key, status: 'Inactive' });
    });
    await assert.rejects(
      fixture.call(brevet.GetSigningKey, { ...scope, AccessKeyId: accessKeyId }),
      isRefused,
    );
  });
});

describe('GetChanges', () => {
  async function changes(fixture: ServiceFixture, After: number): Promise<GetChangesResponse> {
    return await fixture.call(brevet.GetChanges, { After });
  }

  test('names whom something has changed for, and never what', async () => {
    const fixture = await openServiceFixture();
    const before = fixture.identity.sequence;
    const { accessKeyId } = await addRootKey(fixture);
    await fixture.identity.write(({ put }) =>
      put('revoked-session', {
        id: 'ASIA1' as AccessKeyId,
        account: fixture.account.id,
        revokedAt: 0,
        status: 'Deleted',
      }),
    );
    assert.deepEqual(await changes(fixture, before), {
      Sequence: before + 2,
      Everything: false,
      Principals: [],
      AccessKeys: [accessKeyId, 'ASIA1'],
      Buckets: [],
    });
  });

  test('says nothing of what no decision rests on', async () => {
    const fixture = await openServiceFixture();
    const before = fixture.identity.sequence;
    await fixture.identity.write(({ put }) =>
      put('last-used', { id: 'AKIA1', at: 0, region: 'us-east-1', service: 'sts' }),
    );
    assert.deepEqual(await changes(fixture, before), {
      Sequence: before + 1,
      Everything: false,
      Principals: [],
      AccessKeys: [],
      Buckets: [],
    });
  });

  test('says that anything may have changed when it cannot say what', async () => {
    const fixture = await openServiceFixture();
    const { sequence } = fixture.identity;
    await fixture.addAccount('999988887777', 'other');
    for (const after of [sequence, sequence + 100]) {
      const { Everything, Principals, AccessKeys } = await changes(fixture, after);
      assert.deepEqual([Everything, Principals, AccessKeys], [true, [], []]);
    }
  });

  test('waits for the first change', async () => {
    const fixture = await openServiceFixture();
    const After = fixture.identity.sequence;
    const answer: Promise<GetChangesResponse> = fixture.call(brevet.GetChanges, { After, WaitSeconds: 5 });
    const { accessKeyId } = await addRootKey(fixture);
    assert.deepEqual((await answer).AccessKeys, [accessKeyId]);
  });
});
