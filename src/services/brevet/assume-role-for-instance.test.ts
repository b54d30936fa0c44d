import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { AccountId, UniqueId } from '#core/identifiers';
import type { AssumeForService, Instance } from '#services/operation';
import type { RoleDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import type { AssumeRoleForInstanceResponse, StsTypes } from '#wire/model';
import { isFault } from '../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { brevet } from './index.ts';

const InstanceId = 'i-0123456789abcdef0';
const sourceArn = `arn:aws:ec2:eu-west-1:111122223333:instance/${InstanceId}`;
const profileArn = 'arn:aws:iam::111122223333:instance-profile/app/web';
const instance: Instance = {
  facts: {
    id: InstanceId,
    accountId: '111122223333',
    region: 'eu-west-1',
    availabilityZone: 'eu-west-1b',
    instanceType: 'm7g.large',
    imageId: 'ami-0123456789abcdef0',
    architecture: 'arm64',
    privateIp: '10.0.0.7',
    hostname: 'web.internal',
  },
  profileArn,
  tokens: 'required',
};
const assumed: StsTypes.AssumeRoleResponse = {
  Credentials: {
    AccessKeyId: 'ASIA1',
    SecretAccessKey: 'secret',
    SessionToken: 'token',
    Expiration: 21_600_000,
  },
  AssumedRoleUser: {
    AssumedRoleId: `AROAWEB:${InstanceId}`,
    Arn: 'arn:aws:sts::111122223333:assumed-role/web/i',
  },
};

let fixture: ServiceFixture;
let asked: Parameters<AssumeForService>[];

beforeEach(async () => {
  fixture = await openServiceFixture();
  fixture.region = 'eu-west-1';
  fixture.instances = [instance];
  asked = [];
  fixture.assumeForService = async (...given) => {
    asked.push(given);
    return assumed;
  };
  const role: RoleDocument = {
    id: 'AROAWEB' as UniqueId,
    account: '111122223333' as AccountId,
    name: 'web',
    path: '/service/',
    createdAt: 0,
    trustPolicy: '{}',
    trustedIds: {},
    maxSessionDurationSeconds: 3600,
    inlinePolicies: {},
    attachedPolicies: [],
    tags: [],
  };
  await fixture.identity.write(({ put }) => {
    put('role', role);
    put('instance-profile', {
      id: 'AIPAWEB' as UniqueId,
      account: role.account,
      name: 'web',
      path: '/app/',
      createdAt: 0,
      roles: [role.id],
      tags: [],
    });
  });
});

function call(more: object = {}): Promise<AssumeRoleForInstanceResponse> {
  return fixture.call(brevet.AssumeRoleForInstance, { InstanceId, ...more });
}

describe('AssumeRoleForInstance', () => {
  test('has EC2 assume the role of the profile, and says what metadata need', async () => {
    assert.deepEqual(await call(), {
      ...assumed,
      InstanceProfile: { Arn: profileArn, Id: 'AIPAWEB' },
      Instance: {
        AccountId: '111122223333',
        Region: 'eu-west-1',
        AvailabilityZone: 'eu-west-1b',
        InstanceType: 'm7g.large',
        ImageId: 'ami-0123456789abcdef0',
        Architecture: 'arm64',
        PrivateIp: '10.0.0.7',
        Hostname: 'web.internal',
      },
    });
    assert.deepEqual(asked, [
      [
        { service: 'ec2.amazonaws.com', sourceArn, account: '111122223333', region: 'eu-west-1' },
        {
          RoleArn: 'arn:aws:iam::111122223333:role/service/web',
          RoleSessionName: InstanceId,
          DurationSeconds: 21_600,
          context: { 'ec2:RoleDelivery': '2.0', 'ec2:SourceInstanceArn': sourceArn },
        },
      ],
    ]);
  });

  test('asks for the permission on the ARN that the request says, whether there is such an instance or not', async () => {
    const other = await fixture.addAccount('999988887777', 'other');
    const ask = (id: string, caller = fixture.root): unknown =>
      fixture.questions(brevet.AssumeRoleForInstance, { InstanceId: id }, caller);
    const action = 'brevet:AssumeRoleForInstance';
    assert.deepEqual(ask(InstanceId), [{ action, resource: sourceArn }]);
    assert.deepEqual(ask('i-00000000'), [
      { action, resource: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-00000000' },
    ]);
    assert.deepEqual(ask(InstanceId, { ...fixture.root, account: other }), [
      { action, resource: `arn:aws:ec2:eu-west-1:999988887777:instance/${InstanceId}` },
    ]);
    fixture.region = 'us-east-1';
    assert.deepEqual(ask(InstanceId), [
      { action, resource: `arn:aws:ec2:us-east-1:111122223333:instance/${InstanceId}` },
    ]);
  });

  test('knows no instance that the settings do not name, nor one of another account or Region', async () => {
    const other = await fixture.addAccount('999988887777', 'other');
    const unknown = isFault('InstanceNotFoundException', `There is no instance ${InstanceId} in eu-west-1.`);
    await assert.rejects(
      fixture.call(brevet.AssumeRoleForInstance, { InstanceId }, { ...fixture.root, account: other }),
      unknown,
    );
    await assert.rejects(
      call({ InstanceId: 'i-01234567' }),
      isFault('InstanceNotFoundException', 'There is no instance i-01234567 in eu-west-1.'),
    );
    fixture.region = 'us-east-1';
    await assert.rejects(
      call(),
      isFault('InstanceNotFoundException', `There is no instance ${InstanceId} in us-east-1.`),
    );
    fixture.region = 'eu-west-1';
    fixture.instances = [];
    await assert.rejects(call(), unknown);
    assert.equal(asked.length, 0);
  });

  test('takes it for handed out without tokens only where the settings let it be', async () => {
    await assert.rejects(
      call({ RoleDelivery: '1.0' }),
      isFault('InstanceRefusedException', `The instance ${InstanceId} hands out credentials to tokens only.`),
    );
    assert.equal(asked.length, 0);
    fixture.instances = [{ ...instance, tokens: 'optional' }];
    await call({ RoleDelivery: '1.0' });
    await call({ RoleDelivery: '2.0' });
    assert.deepEqual(
      asked.map(([, { context }]) => context['ec2:RoleDelivery']),
      ['1.0', '2.0'],
    );
  });

  test('gives nothing for a profile that does not exist, or has no role', async () => {
    const refused = isFault('InstanceRefusedException', `${profileArn} has no role.`);
    const { identity } = fixture;
    const profile = identity.state.all('instance-profile').named('111122223333', 'web');
    assert.ok(profile);
    for (const changed of [
      { ...profile, roles: [] },
      { ...profile, path: '/', roles: profile.roles },
    ]) {
      await identity.write(({ put }) => put('instance-profile', changed));
      await assert.rejects(call(), refused);
    }
    await identity.write(({ delete: remove }) => remove('instance-profile', profile.id));
    await assert.rejects(call(), refused);
    assert.equal(asked.length, 0);
  });

  test('says so when the role does not trust EC2', async () => {
    fixture.assumeForService = () => Promise.reject(fault('AccessDenied', 'User: ec2.amazonaws.com may not'));
    await assert.rejects(call(), isFault('AccessDenied', 'User: ec2.amazonaws.com may not'));
  });
});
