import assert from 'node:assert/strict';
import { createVerify, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  DescribeCreateAccountStatusCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { CloudTrailEvent } from '#core/audit';
import type { AccountId, UniqueId } from '#core/identifiers';
import {
  createInstanceMetadata,
  createLocalSource,
  ensureIdentityKey,
  type InstanceMetadata,
} from '#servers/instance-metadata';
import { assumeRoleForService } from '#services/sts';
import { AuditLogError } from '#stores/audit-log';
import { type Credentials, type StartedService, startService } from './started-service.ts';
import { verifySignedMessage } from './verify-signed-message.ts';

const hourMs = 3_600_000;
const facts = {
  id: 'i-0123456789abcdef0',
  accountId: '111122223333',
  region: 'us-east-1',
  availabilityZone: 'us-east-1a',
  instanceType: 't3.micro',
  imageId: 'ami-00000000',
  architecture: 'x86_64',
  privateIp: '10.0.0.7',
  hostname: 'web.internal',
  startedAt: Date.UTC(2026, 0, 1),
};
const sourceArn = 'arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0';

let service: StartedService;
let door: InstanceMetadata;
let endpoint = '';
let publicKey = '';
let failures: string[] = [];

function trust(statement: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'ec2.amazonaws.com' },
        Action: 'sts:AssumeRole',
        ...statement,
      },
    ],
  });
}

before(async () => {
  service = await startService();
  const iam = service.iam(service.root);
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web', Path: '/app/' }));
});
after(() => service.stop());

beforeEach(async () => {
  failures = [];
  const iam = service.iam(service.root);
  await iam.send(
    new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument: trust({}), MaxSessionDuration: 3600 }),
  );
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'web' }));
  const { house } = service;
  const key = await ensureIdentityKey(house);
  ({ publicKey } = key);
  door = createInstanceMetadata({
    facts,
    source: createLocalSource({
      identity: house.identity,
      enter: house.enterAsService,
      facts,
      profileArn: 'arn:aws:iam::111122223333:instance-profile/app/web',
    }),
    tokens: 'optional',
    hosts: [],
    sign: key.sign,
    clock: service.now,
    random: randomBytes,
    jitter: () => 0,
    onRefused: () => undefined,
    onFailure: (_id, { message }) => failures.push(message),
  });
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  endpoint = `http://127.0.0.1:${(door.server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  const ended = once(door.server, 'close');
  door.server.close();
  door.server.closeAllConnections();
  await ended;
  service.stoppedAt = undefined;
  const iam = service.iam(service.root);
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'web' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'web' }));
});

async function read(path: string, version: 1 | 2 = 2): Promise<string> {
  const headers: Record<string, string> = {};
  if (version === 2) {
    const asked = await fetch(`${endpoint}/latest/api/token`, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    });
    headers['x-aws-ec2-metadata-token'] = await asked.text();
  }
  return (await fetch(`${endpoint}/latest/${path}`, { headers })).text();
}

const credentialsPath = 'meta-data/iam/security-credentials/web';

async function credentials(version: 1 | 2 = 2): Promise<Credentials> {
  const { Code, AccessKeyId, SecretAccessKey, Token } = JSON.parse(await read(credentialsPath, version));
  assert.equal(Code, 'Success');
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

/** Reads until the credentials are others, which they are as soon as the record of them is on the disk. */
async function renewed({ accessKeyId }: { readonly accessKeyId: string }): Promise<Credentials> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const next = await credentials();
    if (next.accessKeyId !== accessKeyId) return next;
  }
  throw new Error('the credentials were not renewed');
}

/** What the log says of one operation in the account, the newest first. */
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

describe('an instance of the service', () => {
  test('has a session of its role that is named after it and lives six hours, whatever the role allows others', async () => {
    service.stoppedAt = Date.now();
    const session = await credentials();
    const { Expiration } = JSON.parse(await read(credentialsPath));
    assert.equal(Date.parse(Expiration), Math.floor(service.stoppedAt / 1000) * 1000 + 6 * hourMs);
    const { Arn } = await service.sts(session).send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, 'arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0');
  });

  test('has a session that expires, and the next one before that', async () => {
    const first = await credentials();
    service.stoppedAt = Date.now() + 5 * hourMs;
    const second = await renewed(first);
    service.stoppedAt += 2 * hourMs;
    await service.sts(second).send(new GetCallerIdentityCommand({}));
    await assert.rejects(service.sts(first).send(new GetCallerIdentityCommand({})), {
      name: 'ExpiredToken',
      message: 'The security token included in the request is expired',
    });
  });

  test('says to policies which instance it is and how its credentials were fetched', async () => {
    const iam = service.iam(service.root);
    const permit = async (keys: object): Promise<void> => {
      await iam.send(
        new PutRolePolicyCommand({
          RoleName: 'web',
          PolicyName: 'p',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*', Condition: { StringEquals: keys } },
            ],
          }),
        }),
      );
    };
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'next',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }],
        }),
      }),
    );
    const assume = async (version: 1 | 2): Promise<unknown> =>
      service
        .sts(await credentials(version))
        .send(
          new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111122223333:role/next', RoleSessionName: 'next' }),
        );
    await permit({ 'ec2:RoleDelivery': '2.0', 'ec2:SourceInstanceArn': sourceArn });
    await assume(2);
    await assert.rejects(assume(1), { name: 'AccessDenied' });
    await permit({ 'ec2:RoleDelivery': '1.0' });
    await assume(1);
    await permit({ 'ec2:SourceInstanceArn': `${sourceArn}0` });
    await assert.rejects(assume(2), { name: 'AccessDenied' });
    await iam.send(new DeleteRoleCommand({ RoleName: 'next' }));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'web', PolicyName: 'p' }));
  });

  test('has a document that its key verifies', async () => {
    const document = await read('dynamic/instance-identity/document');
    const signature = await read('dynamic/instance-identity/signature');
    assert.ok(createVerify('sha256').update(document).verify(publicKey, signature, 'base64'));
    assert.ok(!createVerify('sha256').update(`${document} `).verify(publicKey, signature, 'base64'));
    assert.equal((await ensureIdentityKey(service.house)).publicKey, publicKey);
  });

  test('has it signed in PKCS #7, which holds the document and which the certificate of the key verifies', async () => {
    const document = await read('dynamic/instance-identity/document');
    const { certificate } = await ensureIdentityKey(service.house);
    assert.equal((await ensureIdentityKey(service.house)).certificate, certificate);
    const { raw, publicKey: certified } = new X509Certificate(certificate);
    assert.equal(certified.export({ type: 'spki', format: 'pem' }), publicKey);
    for (const form of ['rsa2048', 'pkcs7']) {
      const message = await read(`dynamic/instance-identity/${form}`);
      assert.equal(await verifySignedMessage(Buffer.from(message, 'base64'), raw), document);
    }
  });
});

describe('the record of an instance', () => {
  test('names EC2 as who assumed the role, and the delivery in what the session does', async () => {
    const session = await credentials();
    await service.sts(session).send(new GetCallerIdentityCommand({}));
    const [assumed] = await eventsOf('AssumeRole');
    assert.deepEqual(assumed?.userIdentity, { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' });
    assert.equal(assumed.sourceIPAddress, 'ec2.amazonaws.com');
    assert.equal(assumed.userAgent, 'ec2.amazonaws.com');
    assert.equal(assumed.recipientAccountId, facts.accountId);
    assert.deepEqual(assumed.requestParameters, {
      roleArn: 'arn:aws:iam::111122223333:role/web',
      roleSessionName: facts.id,
      durationSeconds: 21_600,
    });
    const { credentials: released } = assumed.responseElements as { credentials: { accessKeyId: string } };
    assert.equal(released.accessKeyId, session.accessKeyId);
    assert.ok(!JSON.stringify(assumed).includes(session.secretAccessKey));
    const [called] = await eventsOf('GetCallerIdentity');
    assert.equal(called?.userIdentity.accessKeyId, session.accessKeyId);
    assert.equal(called.userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
  });

  test('says that EC2 was refused, and why', async () => {
    await retrust({ Principal: { Service: 'lambda.amazonaws.com' } });
    await refusedCredentials();
    const [refused] = await eventsOf('AssumeRole');
    assert.equal(refused?.errorCode, 'AccessDenied');
    assert.equal(
      refused.errorMessage,
      'User: ec2.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/web',
    );
    assert.deepEqual(refused.userIdentity, { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' });
    assert.equal(refused.responseElements, null);
  });

  test('comes before the credentials: without it there are none', async (t) => {
    const { audit } = service.house;
    const append = t.mock.method(audit, 'append', () =>
      Promise.reject(new AuditLogError('the disk is full')),
    );
    const { Code } = JSON.parse(await read(credentialsPath));
    append.mock.restore();
    assert.equal(Code, 'Failed');
  });
});

async function retrust(statement: object): Promise<void> {
  await service
    .iam(service.root)
    .send(new UpdateAssumeRolePolicyCommand({ RoleName: 'web', PolicyDocument: trust(statement) }));
}

async function refusedCredentials(): Promise<void> {
  const { Code, Message, AccessKeyId } = JSON.parse(await read(credentialsPath));
  assert.deepEqual(
    [Code, Message, AccessKeyId],
    [
      'AssumeRoleUnauthorizedAccess',
      'EC2 cannot assume the role web. Its trust policy must allow it.',
      undefined,
    ],
  );
}

describe('a role that an instance has', () => {
  for (const [what, statement] of [
    ['trusts another service', { Principal: { Service: 'lambda.amazonaws.com' } }],
    ['trusts its account', { Principal: { AWS: '111122223333' } }],
    ['trusts every principal, which no service is', { Principal: { AWS: '*' } }],
    ['trusts EC2 for another action', { Action: 'sts:AssumeRoleWithWebIdentity' }],
    ['trusts EC2 for another instance', { Condition: { ArnEquals: { 'aws:SourceArn': `${sourceArn}0` } } }],
    [
      'trusts EC2 for another account',
      { Condition: { StringEquals: { 'aws:SourceAccount': '999988887777' } } },
    ],
    ['trusts EC2 for another session', { Condition: { StringEquals: { 'sts:RoleSessionName': 'i-1' } } }],
    ['trusts no service', { Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } } }],
  ] as const) {
    test(`gives it nothing when it ${what}`, async () => {
      await retrust(statement);
      await refusedCredentials();
      assert.equal(failures.length, 1);
    });
  }

  test('gives it credentials when it trusts EC2 for this very instance', async () => {
    await retrust({
      Condition: {
        ArnEquals: { 'aws:SourceArn': sourceArn },
        StringEquals: {
          'aws:SourceAccount': '111122223333',
          'sts:RoleSessionName': facts.id,
          'aws:PrincipalServiceName': 'ec2.amazonaws.com',
        },
        Bool: { 'aws:PrincipalIsAWSService': 'true' },
      },
    });
    await credentials();
  });

  test('gives nothing for an instance of another account', async () => {
    await assert.rejects(
      service.house.enterAsService(
        {
          service: 'ec2.amazonaws.com',
          sourceArn,
          account: '999988887777' as AccountId,
          region: 'us-east-1',
        },
        assumeRoleForService,
        {
          RoleArn: 'arn:aws:iam::111122223333:role/web',
          RoleSessionName: 'next',
          DurationSeconds: 900,
          context: {},
        },
      ),
      { code: 'AccessDenied', message: '999988887777 is no account' },
    );
  });
});

describe('a role of an account in an organization', () => {
  test('is withheld from EC2 by a resource control policy, unless it acts for an account of the organization', async () => {
    const { identity, enterAsService } = service.house;
    const organizations = service.organizations(service.root);
    const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    const RootId = Roots?.[0]?.Id;
    await organizations.send(new EnablePolicyTypeCommand({ RootId, PolicyType: 'RESOURCE_CONTROL_POLICY' }));
    const { CreateAccountStatus } = await organizations.send(
      new CreateAccountCommand({ AccountName: 'member', Email: 'member@example.com' }),
    );
    const status = await organizations.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus?.Id }),
    );
    const account = status.CreateAccountStatus?.AccountId as AccountId;
    const own = identity.state.all('role').named(facts.accountId, 'web');
    assert.ok(own);
    await identity.write(({ put }) =>
      put('role', { ...own, account, id: `${own.id.slice(0, -1)}_` as UniqueId }),
    );
    const enter = (): Promise<unknown> =>
      enterAsService(
        { service: 'ec2.amazonaws.com', sourceArn, account, region: 'us-east-1' },
        assumeRoleForService,
        {
          RoleArn: `arn:aws:iam::${account}:role/web`,
          RoleSessionName: facts.id,
          DurationSeconds: 900,
          context: {},
        },
      );
    const forbid = async (organization: string | undefined): Promise<void> => {
      const { Policy } = await organizations.send(
        new CreatePolicyCommand({
          Type: 'RESOURCE_CONTROL_POLICY',
          Name: `only ${organization}`,
          Description: '',
          Content: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Deny',
                Principal: '*',
                Action: 'sts:*',
                Resource: '*',
                Condition: {
                  StringNotEquals: { 'aws:SourceOrgID': organization },
                  Bool: { 'aws:PrincipalIsAWSService': 'true' },
                },
              },
            ],
          }),
        }),
      );
      await organizations.send(
        new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId: account }),
      );
    };
    await enter();
    await forbid(Organization?.Id);
    await enter();
    await forbid('o-elsewhere0');
    await assert.rejects(enter(), {
      code: 'AccessDenied',
      message: `User: ec2.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/web`,
    });
  });

  test('is of no use to an instance of another account, whom it trusts as well', async () => {
    const member = service.house.identity.state
      .all('account')
      .list('')
      .find(({ name }) => name === 'member');
    assert.ok(member);
    await assert.rejects(
      service.house.enterAsService(
        {
          service: 'ec2.amazonaws.com',
          sourceArn,
          account: facts.accountId as AccountId,
          region: 'us-east-1',
        },
        assumeRoleForService,
        {
          RoleArn: `arn:aws:iam::${member.id}:role/web`,
          RoleSessionName: 'i-1',
          DurationSeconds: 900,
          context: {},
        },
      ),
      { code: 'AccessDenied' },
    );
  });
});

describe('an application with nothing but the address of the metadata', () => {
  test('finds credentials by the default chain of the SDK, and the next ones after their end', async (t) => {
    const environment = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint, AWS_EC2_METADATA_V1_DISABLED: 'true' };
    const kept = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, environment);
    t.after(() => {
      for (const name of Object.keys(environment)) delete process.env[name];
      Object.assign(process.env, kept);
    });
    const client = new STSClient({
      endpoint: service.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: defaultProvider(),
    });
    t.after(() => client.destroy());
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, 'arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0');
    const first = await client.config.credentials();
    service.stoppedAt = Date.now() + 5 * hourMs;
    await renewed(first);
    const second = await defaultProvider()();
    assert.notEqual(second.accessKeyId, first.accessKeyId);
    assert.equal(second.expiration?.getTime(), Math.floor(service.stoppedAt / 1000) * 1000 + 6 * hourMs);
  });
});
