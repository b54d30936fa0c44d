import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AddTagsCommand,
  CloudTrailClient,
  CloudTrailServiceException,
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  ListTagsCommand,
  ListTrailsCommand,
  PutEventSelectorsCommand,
  RemoveTagsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { createTrailDelivery, type TrailDelivery } from '#services/trail-delivery';
import { openLocalBuckets, openTrailSpool } from '#stores/trail-store';
import { trailDirectories } from '../../../src/main/compose.ts';
import { addAccount, addUser, allow } from '../../principals.ts';
import { type Credentials, type StartedService, startService } from '../../started-service.ts';
import { type StoredObject, verifyTrail } from '../../trail-verifier.ts';

const account = '111122223333';
const bucket = 'logs-of-main';
const arn = `arn:aws:cloudtrail:us-east-1:${account}:trail/main`;

let service: StartedService;
let delivery: TrailDelivery;
let owner: CloudTrailClient;
const clients: { destroy(): void }[] = [];

function cloudtrail(credentials: Credentials, region = 'us-east-1'): CloudTrailClient {
  const client = new CloudTrailClient({
    endpoint: service.endpoint,
    credentials,
    region,
    maxAttempts: 1,
    systemClockOffset: service.clockAheadMs,
  });
  clients.push(client);
  return client;
}

function s3(credentials: Credentials): S3Client {
  const client = new S3Client({
    endpoint: service.endpoint,
    credentials,
    region: 'us-east-1',
    maxAttempts: 1,
    forcePathStyle: true,
    systemClockOffset: service.clockAheadMs,
  });
  clients.push(client);
  return client;
}

before(async () => {
  service = await startService();
  owner = cloudtrail(service.root);
  const { house, dataDirectory } = service;
  const directories = trailDirectories(dataDirectory);
  delivery = createTrailDelivery({
    identity: house.identity,
    box: house.box,
    clock: () => service.now(),
    auditDirectory: join(dataDirectory, 'audit'),
    spool: await openTrailSpool(directories.spool),
    buckets: openLocalBuckets(directories.buckets),
    deliverEverySeconds: 300,
    digestEverySeconds: 3600,
    onError: (error) => {
      throw error;
    },
  });
});
after(async () => {
  for (const client of clients) client.destroy();
  await service.stop();
});

function says(name: string, message: string | RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof CloudTrailServiceException || error instanceof S3ServiceException);
    assert.equal(error.name, name);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
}

describe('a trail through the SDK', () => {
  test('is created, found, changed, tagged and told what to log', async () => {
    const created = await owner.send(
      new CreateTrailCommand({
        Name: 'main',
        S3BucketName: bucket,
        IsMultiRegionTrail: true,
        EnableLogFileValidation: true,
        TagsList: [{ Key: 'team', Value: 'red' }],
      }),
    );
    assert.equal(created.TrailARN, arn);
    const { Trail } = await owner.send(new GetTrailCommand({ Name: arn }));
    assert.deepEqual([Trail?.HomeRegion, Trail?.HasCustomEventSelectors], ['us-east-1', false]);
    const inEurope = cloudtrail(service.root, 'eu-west-1');
    const { trailList } = await inEurope.send(new DescribeTrailsCommand({}));
    assert.deepEqual(
      trailList?.map(({ TrailARN }) => TrailARN),
      [arn],
    );
    assert.deepEqual((await owner.send(new ListTrailsCommand({}))).Trails, [
      { TrailARN: arn, Name: 'main', HomeRegion: 'us-east-1' },
    ]);
    await assert.rejects(
      inEurope.send(new UpdateTrailCommand({ Name: 'main', S3KeyPrefix: 'x' })),
      says(
        'InvalidHomeRegionException',
        `The trail ${arn} can be changed only in its home Region, us-east-1.`,
      ),
    );
    await owner.send(new AddTagsCommand({ ResourceId: arn, TagsList: [{ Key: 'stage', Value: 'live' }] }));
    await owner.send(new RemoveTagsCommand({ ResourceId: arn, TagsList: [{ Key: 'team' }] }));
    const { ResourceTagList } = await owner.send(new ListTagsCommand({ ResourceIdList: [arn] }));
    assert.deepEqual(ResourceTagList, [{ ResourceId: arn, TagsList: [{ Key: 'stage', Value: 'live' }] }]);
    await owner.send(
      new PutEventSelectorsCommand({ TrailName: 'main', EventSelectors: [{ ReadWriteType: 'All' }] }),
    );
    const { EventSelectors } = await owner.send(new GetEventSelectorsCommand({ TrailName: 'main' }));
    assert.equal(EventSelectors?.[0]?.IncludeManagementEvents, true);
    await owner.send(new StartLoggingCommand({ Name: 'main' }));
    const status = await owner.send(new GetTrailStatusCommand({ Name: 'main' }));
    assert.equal(status.IsLogging, true);
    assert.ok(status.StartLoggingTime instanceof Date);
  });

  test('is refused to those whom no policy allows it, and to those of other accounts', async () => {
    const nobody = await addUser(service, 'nobody');
    await assert.rejects(
      cloudtrail(nobody.credentials).send(new StopLoggingCommand({ Name: 'main' })),
      says(
        'AccessDeniedException',
        `User: arn:aws:iam::${account}:user/nobody is not authorized to perform: cloudtrail:StopLogging on resource: ${arn} because no identity-based policy allows the cloudtrail:StopLogging action`,
      ),
    );
    await addAccount(service, '444455556666');
    const stranger = await addUser(service, 'stranger', { account: '444455556666', policy: allow('*') });
    await assert.rejects(
      cloudtrail(stranger.credentials).send(new DeleteTrailCommand({ Name: arn })),
      says('AccessDeniedException', /is not authorized to perform: cloudtrail:DeleteTrail/),
    );
  });
});

describe('the bucket of a trail without an S3 endpoint', () => {
  test('holds what the trail logged, proven by keys that ListPublicKeys gives', async () => {
    service.clockAheadMs += 3_700_000;
    const later = cloudtrail(service.root);
    // A credential is answered only when its record, and with it every earlier one, is on the disk.
    await service.sts(service.root).send(new GetSessionTokenCommand({}));
    await delivery.run();
    const reader = s3(service.root);
    const location = await reader.send(new GetBucketLocationCommand({ Bucket: bucket }));
    assert.equal(location.LocationConstraint ?? '', '');
    const objects = new Map<string, StoredObject>();
    let marker: string | undefined;
    let pages = 0;
    do {
      const page = await reader.send(
        new ListObjectsCommand({
          Bucket: bucket,
          MaxKeys: 1,
          ...(marker === undefined ? {} : { Marker: marker }),
        }),
      );
      pages += 1;
      const key: string | undefined = page.Contents?.[0]?.Key;
      assert.ok(key);
      const { Body, Metadata = {} } = await reader.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      assert.ok(Body);
      const body = await Body.transformToByteArray();
      const head = await reader.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      assert.equal(head.ContentLength, body.length);
      objects.set(key, { body, metadata: Metadata });
      marker = page.IsTruncated ? key : undefined;
    } while (marker !== undefined);
    assert.equal(pages, objects.size);
    const keys = [];
    for (const region of ['us-east-1', 'eu-west-1']) {
      const { PublicKeyList = [] } = await cloudtrail(service.root, region).send(
        new ListPublicKeysCommand({ StartTime: new Date(0), EndTime: new Date(service.now()) }),
      );
      keys.push(...PublicKeyList);
    }
    const { problems, events } = verifyTrail(bucket, objects, keys);
    assert.deepEqual(problems, []);
    for (const name of ['StartLogging', 'StopLogging']) assert.ok(events.includes(name), name);
    const status = await later.send(new GetTrailStatusCommand({ Name: 'main' }));
    assert.ok(status.LatestDeliveryTime instanceof Date && status.LatestDigestDeliveryTime instanceof Date);
  });

  test('is read by those whom policy lets, part by part', async () => {
    const listed = await s3(service.root).send(
      new ListObjectsCommand({ Bucket: bucket, Prefix: `AWSLogs/${account}/CloudTrail/us-east-1` }),
    );
    const key = listed.Contents?.[0]?.Key;
    const lister = await addUser(service, 'lister', { policy: allow('s3:ListBucket') });
    const client = s3(lister.credentials);
    await client.send(new ListObjectsCommand({ Bucket: bucket }));
    await assert.rejects(
      client.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
      says(
        'AccessDenied',
        `User: arn:aws:iam::${account}:user/lister is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::${bucket}/${key} because no identity-based policy allows the s3:GetObject action`,
      ),
    );
    await assert.rejects(
      client.send(new GetBucketLocationCommand({ Bucket: bucket })),
      says('AccessDenied', /s3:GetBucketLocation/),
    );
  });

  test('is its account alone: the same name is another bucket elsewhere', async () => {
    const stranger = await addUser(service, 'curious', { account: '444455556666', policy: allow('*') });
    await assert.rejects(
      s3(stranger.credentials).send(new ListObjectsCommand({ Bucket: bucket })),
      says('NoSuchBucket', 'The specified bucket does not exist'),
    );
  });

  test('says what is not there, who is unknown, and that it takes nothing', async () => {
    const client = s3(service.root);
    await assert.rejects(
      client.send(new GetObjectCommand({ Bucket: bucket, Key: 'absent.json.gz' })),
      says('NoSuchKey', 'The specified key does not exist.'),
    );
    await assert.rejects(
      client.send(new GetObjectCommand({ Bucket: bucket, Key: 'a/../../../../master.key' })),
      says('NoSuchKey', 'The specified key does not exist.'),
    );
    await assert.rejects(
      client.send(new PutObjectCommand({ Bucket: bucket, Key: 'x.json.gz', Body: 'x' })),
      says(
        'NotImplemented',
        'The buckets of trails are for reading: GetBucketLocation, ListObjects, GetObject and HeadObject.',
      ),
    );
    const forged = { ...service.root, secretAccessKey: 'x'.repeat(40) };
    await assert.rejects(
      s3(forged).send(new ListObjectsCommand({ Bucket: bucket })),
      says('SignatureDoesNotMatch', /does not match the signature you provided/),
    );
    const unknown = { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x'.repeat(40) };
    await assert.rejects(
      s3(unknown).send(new ListObjectsCommand({ Bucket: bucket })),
      says('InvalidAccessKeyId', /invalid/),
    );
  });
});
