import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  LookupEventsCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetFederationTokenCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { CloudTrailEvent } from '#core/audit';
import { createTrailDelivery, type TrailDelivery } from '#services/trail-delivery';
import { openLocalBuckets, openTrailSpool } from '#stores/trail-store';
import { trailDirectories } from '../../../src/main/compose.ts';
import { type StartedGateway, startGateway } from '../../gateway-fixture.ts';
import { type AddedRole, addMfaDevice, addRole, addUser, allow } from '../../principals.ts';
import { type Credentials, credentialsOf } from '../../started-service.ts';

const Bucket = 'photos';
const logs = 'logs-of-main';
let gateway: StartedGateway;
let delivery: TrailDelivery;
let owner: CloudTrailClient;
let logReader: S3Client;
let root: S3Client;
let reader: S3Client;
let mfaSession: Credentials;
let session: Credentials;
let federated: Credentials;
let role: AddedRole;

before(async () => {
  gateway = await startGateway();
  const { service } = gateway;
  const { house, dataDirectory } = service;
  const shared = {
    endpoint: service.endpoint,
    credentials: service.root,
    region: 'us-east-1',
    maxAttempts: 1,
  };
  owner = new CloudTrailClient(shared);
  logReader = new S3Client({ ...shared, forcePathStyle: true });
  const directories = trailDirectories(dataDirectory);
  delivery = createTrailDelivery({
    identity: house.identity,
    box: house.box,
    clock: () => service.now(),
    auditDirectory: join(dataDirectory, 'audit'),
    spool: await openTrailSpool(directories.spool),
    buckets: openLocalBuckets(directories.buckets),
    deliverEverySeconds: 0,
    digestEverySeconds: 3600,
    onError: (error) => {
      throw error;
    },
  });
  const alice = await addUser(service, 'alice', { policy: allow('sts:*', 's3:GetObject') });
  const device = await addMfaDevice(service, alice.user);
  const actions = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
  const hop = await addRole(
    service,
    'hop',
    {
      principals: [alice.arn],
      actions,
      condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    },
    { policy: allow('sts:*') },
  );
  role = await addRole(
    service,
    'reader',
    { principals: [hop.arn], actions },
    {
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 's3:GetObject',
            Resource: '*',
            Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } },
          },
        ],
      }),
    },
  );
  mfaSession = credentialsOf(
    await service
      .sts(alice.credentials)
      .send(new GetSessionTokenCommand({ SerialNumber: device.serial, TokenCode: device.code() })),
  );
  const chained = credentialsOf(
    await service.sts(mfaSession).send(
      new AssumeRoleCommand({
        RoleArn: hop.arn,
        RoleSessionName: 'first',
        SourceIdentity: 'alice@example.com',
        Tags: [{ Key: 'team', Value: 'red' }],
        TransitiveTagKeys: ['team'],
      }),
    ),
  );
  session = credentialsOf(
    await service.sts(chained).send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'session' })),
  );
  federated = credentialsOf(
    await service
      .sts(alice.credentials)
      .send(new GetFederationTokenCommand({ Name: 'guest', Policy: allow('s3:GetObject') })),
  );
  root = gateway.s3(service.root);
  reader = gateway.s3(session);
  await root.send(new CreateBucketCommand({ Bucket: 'other' }));
  for (const [bucket, Key] of [
    [Bucket, 'public/a'],
    [Bucket, 'private/a'],
    ['other', 'public/a'],
  ])
    await root.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'a' }));
  await owner.send(new CreateTrailCommand({ Name: 'main', S3BucketName: logs, IsMultiRegionTrail: true }));
  await owner.send(new StartLoggingCommand({ Name: 'main' }));
});
after(async () => {
  for (const client of [owner, logReader]) client.destroy();
  await gateway.stop();
});

/** Reads objects, and waits until the gateway is through with the last of them. */
async function answered(...calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  const through = (): number => gateway.logged.filter(({ door }) => door === 's3').length;
  for (const call of calls) {
    const before = through();
    await call();
    while (through() === before) await setImmediate();
  }
}

const read =
  (client: S3Client, Key: string, bucket = Bucket) =>
  async (): Promise<void> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    await Body?.transformToString();
  };

/** The S3 events of every log file that the trail has delivered, oldest first. */
async function delivered(): Promise<readonly CloudTrailEvent[]> {
  // A credential is answered only when its record, and with it every earlier one, is on the disk.
  await gateway.service.sts(gateway.service.root).send(new GetSessionTokenCommand({}));
  await delivery.run();
  const { Contents = [] } = await logReader.send(new ListObjectsCommand({ Bucket: logs }));
  const events: CloudTrailEvent[] = [];
  for (const { Key = '' } of Contents) {
    if (!Key.includes('/CloudTrail/')) continue;
    const { Body } = await logReader.send(new GetObjectCommand({ Bucket: logs, Key }));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? Buffer.of()).toString();
    events.push(...(JSON.parse(text) as { Records: CloudTrailEvent[] }).Records);
  }
  return events
    .filter(({ eventSource }) => eventSource === 's3.amazonaws.com')
    .sort((one, two) => one.eventTime.localeCompare(two.eventTime));
}

const select = (value: string) =>
  owner.send(
    new PutEventSelectorsCommand({
      TrailName: 'main',
      EventSelectors: [
        { ReadWriteType: 'All', DataResources: [{ Type: 'AWS::S3::Object', Values: [value] }] },
      ],
    }),
  );

describe('objects read and written through the gateway', () => {
  test('are in no trail that has not asked for them', async () => {
    await answered(read(reader, 'public/a'), read(root, 'public/a'));
    assert.deepEqual(await delivered(), []);
  });

  test('are in the trail that asks for their prefix, with all that is known of the session', async () => {
    await select(`arn:aws:s3:::${Bucket}/public/`);
    await answered(read(reader, 'private/a'), read(reader, 'public/a', 'other'), read(reader, 'public/a'));
    const events = await delivered();
    assert.equal(events.length, 1);
    const [event] = events;
    assert.ok(event);
    assert.deepEqual(
      [event.eventName, event.eventType, event.eventCategory, event.managementEvent, event.readOnly],
      ['GetObject', 'AwsApiCall', 'Data', false, true],
    );
    const { sessionContext, ...who } = event.userIdentity;
    assert.deepEqual(who, {
      type: 'AssumedRole',
      principalId: `${role.role.id}:session`,
      arn: 'arn:aws:sts::111122223333:assumed-role/reader/session',
      accountId: '111122223333',
      accessKeyId: session.accessKeyId,
    });
    assert.deepEqual(sessionContext?.sessionIssuer, {
      type: 'Role',
      principalId: role.role.id,
      arn: role.arn,
      accountId: '111122223333',
      userName: 'reader',
    });
    assert.equal(sessionContext.sourceIdentity, 'alice@example.com');
    // The second factor is the first session's: no session of a role has one.
    assert.equal(sessionContext.attributes.mfaAuthenticated, 'false');
    assert.deepEqual(event.resources, [
      { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::photos/public/a' },
      { accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::photos' },
    ]);
    assert.equal(event.recipientAccountId, '111122223333');
    assert.equal(event.errorCode, undefined);
  });

  test('are there with the second factor and the federation of sessions without a role', async () => {
    await select(`arn:aws:s3:::${Bucket}/private/`);
    await answered(read(gateway.s3(mfaSession), 'private/a'), read(gateway.s3(federated), 'private/a'));
    const identities = (await delivered()).map(({ userIdentity }) => userIdentity);
    const find = (wanted: string) => identities.find(({ type }) => type === wanted);
    assert.equal(find('IAMUser')?.sessionContext?.attributes.mfaAuthenticated, 'true');
    const guest = find('FederatedUser');
    assert.equal(guest?.arn, 'arn:aws:sts::111122223333:federated-user/guest');
    assert.equal(guest.sessionContext?.sessionIssuer?.arn, 'arn:aws:iam::111122223333:user/alice');
    assert.equal(guest.sessionContext.attributes.mfaAuthenticated, 'false');
  });

  test('are there with the reason when they are refused', async () => {
    await select(`arn:aws:s3:::${Bucket}/drafts/`);
    await answered(() =>
      assert.rejects(reader.send(new PutObjectCommand({ Bucket, Key: 'drafts/b', Body: 'b' })), {
        name: 'AccessDenied',
      }),
    );
    const event = (await delivered()).find(({ eventName }) => eventName === 'PutObject');
    assert.ok(event);
    assert.deepEqual([event.errorCode, event.readOnly], ['AccessDenied', false]);
    assert.equal(
      event.errorMessage,
      'User: arn:aws:sts::111122223333:assumed-role/reader/session is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::photos/drafts/b" because no identity-based policy allows the s3:PutObject action',
    );
  });

  test('are not there when the signature was not the sender’s', async () => {
    const forger = gateway.s3({ ...session, secretAccessKey: 'guessed' });
    await answered(() =>
      assert.rejects(forger.send(new GetObjectCommand({ Bucket, Key: 'drafts/forged' })), {
        name: 'SignatureDoesNotMatch',
      }),
    );
    const forged = (await delivered()).filter(({ requestParameters }) =>
      JSON.stringify(requestParameters).includes('forged'),
    );
    assert.deepEqual(forged, []);
  });

  test('are not looked up, and no log says the session token', async () => {
    const find = (AttributeValue: string) =>
      owner.send(
        new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'EventSource', AttributeValue }] }),
      );
    assert.deepEqual((await find('s3.amazonaws.com')).Events, []);
    assert.notEqual((await find('cloudtrail.amazonaws.com')).Events?.length, 0);
    assert.ok(session.sessionToken);
    assert.equal(JSON.stringify([gateway.logged, await delivered()]).includes(session.sessionToken), false);
  });
});
