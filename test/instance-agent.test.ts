import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { CloudTrailEvent } from '#core/audit';
import { openRemoteInstance, type RemoteInstance } from '#servers/instance-metadata';
import { AuditLogError } from '#stores/audit-log';
import { type Credentials, type StartedService, startService } from './started-service.ts';

const id = 'i-0123456789abcdef0';
const arnOf = (instanceId: string): string => `arn:aws:ec2:us-east-1:111122223333:instance/${instanceId}`;
const facts = {
  id,
  accountId: '111122223333',
  region: 'us-east-1',
  availabilityZone: 'us-east-1b',
  instanceType: 'm7g.large',
  imageId: 'ami-0123456789abcdef0',
  architecture: 'arm64',
  privateIp: '10.0.0.7',
  hostname: 'web.internal',
};

let service: StartedService;
let host: Credentials;

before(async () => {
  const profileArn = 'arn:aws:iam::111122223333:instance-profile/web';
  service = await startService({
    instances: [
      { facts, profileArn, tokens: 'required' },
      { facts: { ...facts, id: 'i-89abcdef' }, profileArn, tokens: 'optional' },
      {
        facts: { ...facts, id: 'i-00000000', accountId: '999988887777' },
        profileArn: 'arn:aws:iam::999988887777:instance-profile/web',
        tokens: 'required',
      },
    ],
  });
  const iam = service.iam(service.root);
  await iam.send(new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument: trust() }));
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'web',
      PolicyName: 'p',
      PolicyDocument: policy({
        Action: 'iam:ListUsers',
        Condition: { StringEquals: { 'ec2:SourceInstanceArn': arnOf(id), 'ec2:RoleDelivery': '2.0' } },
      }),
    }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'web' }));
  await iam.send(new CreateUserCommand({ UserName: 'host' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'host' }));
  host = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
});
after(() => service.stop());

beforeEach(() => permit({ Action: 'brevet:AssumeRoleForInstance', Resource: arnOf(id) }));

function policy(statement: object): string {
  const given = { Effect: 'Allow', Resource: '*', ...statement };
  return JSON.stringify({ Version: '2012-10-17', Statement: [given] });
}

function trust(statement: object = {}): string {
  const given = {
    Effect: 'Allow',
    Principal: { Service: 'ec2.amazonaws.com' },
    Action: 'sts:AssumeRole',
    ...statement,
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [given] });
}

async function permit(statement: object): Promise<void> {
  await service
    .iam(service.root)
    .send(new PutUserPolicyCommand({ UserName: 'host', PolicyName: 'p', PolicyDocument: policy(statement) }));
}

function open(instanceId = id, credentials = host, region = 'us-east-1'): Promise<RemoteInstance> {
  return openRemoteInstance({
    url: service.endpoint,
    credentials: async () => credentials,
    region,
    instanceId,
    clock: service.now,
  });
}

async function eventsOf(name: string): Promise<readonly CloudTrailEvent[]> {
  // A change waits for the disk, and with it whatever was recorded before.
  await service.iam(service.root).send(new TagRoleCommand({ RoleName: 'web', Tags: [] }));
  await service.house.events.feed();
  const found = await service.house.events.find({
    account: facts.accountId,
    region: facts.region,
    from: 0,
    to: Math.ceil(Date.now() / 1000),
    attribute: { key: 'EventName', value: name },
    before: undefined,
    limit: 50,
  });
  return found.map(({ event }) => event);
}

describe('the agent on the host of an instance', () => {
  test('is told what the settings say of it, and holds a session of its role for six hours', async () => {
    service.stoppedAt = Date.now();
    const { instance, held, source } = await open();
    assert.deepEqual(instance, facts);
    assert.equal(held.expiresAt, Math.floor(service.stoppedAt / 1000) * 1000 + 21_600_000);
    assert.equal(source.role()?.name, 'web');
    assert.match(source.profile()?.id ?? '', /^AIPA/);
    const { Arn } = await service.sts(held).send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, `arn:aws:sts::111122223333:assumed-role/web/${id}`);
    service.stoppedAt = undefined;
  });

  test('has sessions that policies know for those of this instance, fetched with tokens', async () => {
    const { held } = await open();
    await service.iam(held).send(new ListUsersCommand({}));
    await permit({ Action: 'brevet:AssumeRoleForInstance', Resource: arnOf('i-89abcdef') });
    const other = await open('i-89abcdef');
    await assert.rejects(service.iam(other.held).send(new ListUsersCommand({})), { name: 'AccessDenied' });
  });

  test('tells of credentials that are fetched without tokens, where the settings let them be', async () => {
    await permit({ Action: 'brevet:AssumeRoleForInstance', Resource: arnOf('*') });
    const { source } = await open('i-89abcdef');
    const session = await source.issue('1.0');
    await service.sts(session).send(new GetCallerIdentityCommand({}));
    const [called] = await eventsOf('GetCallerIdentity');
    assert.equal(called?.userIdentity.accessKeyId, session.accessKeyId);
    assert.equal(called.userIdentity.sessionContext?.ec2RoleDelivery, '1.0');
    await assert.rejects((await open()).source.issue('1.0'), {
      code: 'Failed',
      message: `the issuer answered 400 InstanceRefusedException: The instance ${id} hands out credentials to tokens only.`,
    });
  });

  test('is on record for its call, and EC2 for the session', async () => {
    const { held } = await open();
    await service.sts(held).send(new GetCallerIdentityCommand({}));
    const [asked] = await eventsOf('AssumeRoleForInstance');
    assert.equal(asked?.userIdentity.arn, 'arn:aws:iam::111122223333:user/host');
    assert.equal(asked.eventSource, 'brevet.amazonaws.com');
    assert.equal(asked.errorCode, undefined);
    assert.deepEqual(asked.requestParameters, { instanceId: id, roleDelivery: '2.0' });
    assert.equal(asked.responseElements, null);
    assert.deepEqual(asked.resources, [
      { accountId: '111122223333', type: 'AWS::EC2::Instance', ARN: arnOf(id) },
    ]);
    const [assumed] = await eventsOf('AssumeRole');
    assert.deepEqual(assumed?.userIdentity, { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' });
    assert.deepEqual(assumed.requestParameters, {
      roleArn: 'arn:aws:iam::111122223333:role/web',
      roleSessionName: id,
      durationSeconds: 21_600,
    });
    const { credentials } = assumed.responseElements as { credentials: { accessKeyId: string } };
    assert.equal(credentials.accessKeyId, held.accessKeyId);
    for (const record of [asked, assumed]) assert.ok(!JSON.stringify(record).includes(held.secretAccessKey));
    const [called] = await eventsOf('GetCallerIdentity');
    assert.equal(called?.userIdentity.accessKeyId, held.accessKeyId);
    assert.equal(called.userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
  });

  test('gets nothing that is not recorded before', async (t) => {
    const append = t.mock.method(service.house.audit, 'append', () =>
      Promise.reject(new AuditLogError('the disk is full')),
    );
    await assert.rejects(open(), { code: 'Failed' });
    append.mock.restore();
  });
});

describe('who may not ask for an instance', () => {
  const denied = (instanceId: string, region = 'us-east-1'): object => ({
    code: 'AssumeRoleUnauthorizedAccess',
    message: `the issuer answered 400 AccessDeniedException: User: arn:aws:iam::111122223333:user/host is not authorized to perform: brevet:AssumeRoleForInstance on resource: ${arnOf(instanceId).replace('us-east-1', region)} because no identity-based policy allows the brevet:AssumeRoleForInstance action`,
  });

  test('is refused alike for one that is there, for one of another account and for one that is not', async () => {
    await permit({ Action: 'brevet:AssumeRoleForInstance', Resource: arnOf('i-ffffffff') });
    for (const instanceId of [id, 'i-89abcdef', 'i-00000000', 'i-11111111'])
      await assert.rejects(open(instanceId), denied(instanceId));
    await assert.rejects(open(id, host, 'eu-west-1'), denied(id, 'eu-west-1'));
  });

  test('is refused with what lets others assume roles and verify callers', async () => {
    await permit({ Action: ['sts:*', 'ec2:*', 'iam:*', 'brevet:Get*'] });
    await assert.rejects(open(), denied(id));
  });

  test('is refused by a deny, whatever allows it', async () => {
    await permit({ Action: '*' });
    await open();
    await service.iam(service.root).send(
      new PutUserPolicyCommand({
        UserName: 'host',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: '*', Resource: '*' },
            { Effect: 'Deny', Action: 'brevet:AssumeRoleForInstance', Resource: arnOf(id) },
          ],
        }),
      }),
    );
    await assert.rejects(open(), { code: 'AssumeRoleUnauthorizedAccess', message: /with an explicit deny/ });
  });

  test('learns of no instance of another account, even as root', async () => {
    await assert.rejects(open('i-00000000', service.root), {
      code: 'Failed',
      message:
        'the issuer answered 404 InstanceNotFoundException: There is no instance i-00000000 in us-east-1.',
    });
  });

  test('is refused with an id that is none, and for a delivery that is none', async () => {
    await assert.rejects(open('i-1', service.root), {
      code: 'Failed',
      message: /400 ValidationException: .* 'instanceId' failed to satisfy constraint/,
    });
    const { source } = await open();
    await assert.rejects(source.issue('3.0' as '2.0'), {
      code: 'Failed',
      message: /400 ValidationException: .* 'roleDelivery' failed to satisfy constraint/,
    });
  });
});

describe('a role that an instance has', () => {
  const retrust = async (statement: object): Promise<void> => {
    await service
      .iam(service.root)
      .send(new UpdateAssumeRolePolicyCommand({ RoleName: 'web', PolicyDocument: trust(statement) }));
  };
  after(() => retrust({}));

  for (const [what, statement] of [
    ['trusts the host instead of EC2', { Principal: { AWS: 'arn:aws:iam::111122223333:user/host' } }],
    ['trusts the account', { Principal: { AWS: '111122223333' } }],
    [
      'trusts EC2 for another instance',
      { Condition: { ArnEquals: { 'aws:SourceArn': arnOf('i-89abcdef') } } },
    ],
  ] as const) {
    test(`gives its agent nothing when it ${what}`, async () => {
      await retrust(statement);
      await assert.rejects(open(), {
        code: 'AssumeRoleUnauthorizedAccess',
        message:
          'the issuer answered 400 AccessDeniedException: User: ec2.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/web',
      });
    });
  }

  test('gives its agent credentials when it trusts EC2 for this very instance', async () => {
    await retrust({ Condition: { ArnEquals: { 'aws:SourceArn': arnOf(id) } } });
    await open();
  });
});
