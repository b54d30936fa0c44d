import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AuditEvent, AuditNote } from '#core/audit';
import type { AccountId } from '#core/identifiers';
import type { Selectors } from '#core/trail';
import type { TrailDocument } from '#stores/identity';
import { type AddedUser, addAccount, addUser } from '../../test/principals.ts';
import { type StartedService, startService } from '../../test/started-service.ts';
import { createDataEventRecorder, type DataRequest, NoiseLimit, type RecordDataEvent } from './index.ts';

const account = '111122223333' as AccountId;
const other = '444455556666' as AccountId;

let service: StartedService;
let alice: AddedUser;
let stranger: AddedUser;
let record: RecordDataEvent;
let written: (AuditEvent | AuditNote)[] = [];

before(async () => {
  service = await startService();
  await addAccount(service, other);
  alice = await addUser(service, 'alice');
  stranger = await addUser(service, 'stranger', { account: other });
  const { identity, box, keyring } = service.house;
  record = createDataEventRecorder({
    identity,
    box,
    keyring,
    noise: new NoiseLimit(),
    clock: () => service.now(),
    random: randomBytes,
    audit: {
      append: () => Promise.reject(new Error('nobody waits for a data event')),
      appendLater: (event) => written.push(event),
      healthy: () => true,
      close: () => Promise.resolve(),
    },
  });
});
after(() => service.stop());
beforeEach(async () => {
  written = [];
  await service.house.identity.write(({ state, delete: remove }) => {
    for (const { id } of state.all('trail').values()) remove('trail', id);
  });
});

const objects = (...values: readonly string[]): Selectors => ({
  kind: 'basic',
  selectors: [
    {
      readWriteType: 'All',
      includeManagementEvents: true,
      dataResources: [{ type: 'AWS::S3::Object', values }],
      excludedSources: [],
    },
  ],
});

async function addTrail(owner: AccountId, more: Partial<TrailDocument> = {}): Promise<void> {
  const trail: TrailDocument = {
    id: `arn:aws:cloudtrail:us-east-1:${owner}:trail/main`,
    account: owner,
    name: 'main',
    homeRegion: 'us-east-1',
    bucket: 'logs',
    includeGlobalServiceEvents: true,
    isMultiRegion: false,
    logFileValidation: false,
    selectors: objects('arn:aws:s3'),
    tags: [],
    logging: [{ from: service.now() }],
    ...more,
  };
  await service.house.identity.write(({ put }) => put('trail', trail));
}

const requesterOf = ({ user, arn, key }: AddedUser): NonNullable<DataRequest['requester']> => ({
  account: user.account,
  arn,
  principalId: user.id,
  accessKeyId: key.id,
  sessionToken: undefined,
});

function request(more: Partial<DataRequest> = {}): DataRequest {
  return {
    operation: 'GetObject',
    bucket: 'photos',
    key: 'a/b.txt',
    query: new Map([['versionId', 'v1']]),
    requester: requesterOf(alice),
    authType: 'REST-HEADER',
    ownerAccount: account,
    region: 'us-east-1',
    receivedAt: service.now(),
    requestId: 'R1',
    status: 200,
    request: {
      method: 'GET',
      target: '/photos/a/b.txt?X-Amz-Security-Token=secret',
      rawHeaders: ['Host', 'objects.example.com', 'User-Agent', 'test/1', 'Authorization', 'secret'],
      body: new Uint8Array(),
      sourceIp: '192.0.2.1',
      secure: false,
    },
    ...more,
  };
}

const events = (): readonly AuditEvent[] =>
  written.flatMap((one) => (one.phase === 'outcome' ? [one as AuditEvent] : []));

describe('a data event', () => {
  test('is written of twenty refused requests of a network that nobody signed, and of every other', async () => {
    await addTrail(account);
    const { requester: _signer, ...unsigned } = request();
    const refusal = { code: 'AccessDenied', message: 'Access Denied' };
    const from = (sourceIp: string): DataRequest['request'] => ({ ...unsigned.request, sourceIp });
    for (let index = 0; index < 30; index += 1)
      record({ ...unsigned, request: from('198.51.100.9'), refusal });
    assert.equal(written.length, 20);
    record({ ...unsigned, request: from('198.51.100.9') });
    record(request({ request: from('198.51.100.9'), refusal }));
    record({ ...unsigned, request: from('198.51.100.10'), refusal });
    assert.equal(written.length, 23);
  });

  test('says who did what to which object, and repeats neither signature nor token', async () => {
    await addTrail(account);
    record(request());
    assert.equal(written.length, 1);
    const { eventID, eventTime, ...event } = events()[0] ?? assert.fail();
    assert.ok(eventID.length > 0 && eventTime.endsWith('Z'));
    assert.deepEqual(event, {
      phase: 'outcome',
      eventVersion: '1.08',
      userIdentity: {
        type: 'IAMUser',
        principalId: alice.user.id,
        arn: alice.arn,
        accountId: account,
        accessKeyId: alice.key.id,
        userName: 'alice',
      },
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      awsRegion: 'us-east-1',
      sourceIPAddress: '192.0.2.1',
      userAgent: 'test/1',
      requestParameters: {
        versionId: 'v1',
        bucketName: 'photos',
        Host: 'objects.example.com',
        key: 'a/b.txt',
      },
      responseElements: null,
      additionalEventData: {
        SignatureVersion: 'SigV4',
        AuthenticationMethod: 'AuthHeader',
        'x-amz-id-2': 'R1',
      },
      requestID: 'R1',
      readOnly: true,
      resources: [
        { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::photos/a/b.txt' },
        { accountId: account, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::photos' },
      ],
      eventType: 'AwsApiCall',
      managementEvent: false,
      eventCategory: 'Data',
      tlsDetails: { clientProvidedHostHeader: 'objects.example.com' },
      recipientAccountId: account,
    });
  });

  test('is written only when a trail logs it now', async () => {
    record(request());
    await addTrail(other);
    record(request());
    const unwanted: readonly Partial<TrailDocument>[] = [
      { selectors: objects() },
      { selectors: objects('arn:aws:s3:::photos/b/', 'arn:aws:s3:::other/') },
      { logging: [] },
      { logging: [{ from: 0, to: service.now() - 2000 }] },
      { homeRegion: 'eu-west-1' },
    ];
    for (const trail of unwanted) {
      await addTrail(account, trail);
      record(request());
    }
    assert.deepEqual(written, []);
    await addTrail(account, { selectors: objects('arn:aws:s3:::photos/a/') });
    record(request());
    assert.equal(written.length, 1);
  });

  test('is one of an object, or of what a listing may show; of buckets there is none', async () => {
    await addTrail(account);
    for (const operation of ['CreateBucket', 'PutBucketPolicy', 'GetBucketLocation'])
      record(request({ operation, key: undefined }));
    record(request({ operation: 'ListBuckets', bucket: undefined, key: undefined }));
    assert.deepEqual(written, []);
    record(request({ operation: 'ListObjectsV2', key: undefined }));
    record(request({ operation: 'DeleteObject' }));
    assert.deepEqual(
      events().map(({ eventName, readOnly, resources }) => [eventName, readOnly, resources?.[0]]),
      [
        ['ListObjects', true, { type: 'AWS::S3::Object', ARNPrefix: 'arn:aws:s3:::photos/' }],
        ['DeleteObject', false, { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::photos/a/b.txt' }],
      ],
    );
  });

  test('tells the owner of the bucket no more of a caller from outside than who it was', async () => {
    await addTrail(account);
    await addTrail(other);
    const message = `User: ${stranger.arn} is not authorized`;
    record(
      request({
        requester: requesterOf(stranger),
        status: 403,
        refusal: { code: 'AccessDenied', message },
      }),
    );
    const [owners, callers] = events();
    assert.deepEqual([owners?.recipientAccountId, callers?.recipientAccountId], [account, other]);
    assert.deepEqual(owners?.userIdentity, {
      type: 'AWSAccount',
      principalId: stranger.user.id,
      accountId: other,
    });
    assert.deepEqual([owners.errorCode, owners.errorMessage], ['AccessDenied', undefined]);
    assert.equal(callers?.userIdentity.arn, stranger.arn);
    assert.deepEqual([callers.errorCode, callers.errorMessage], ['AccessDenied', message]);
    assert.equal(owners.sharedEventID, callers.sharedEventID);
    assert.ok(owners.sharedEventID !== undefined && owners.eventID !== callers.eventID);
  });

  test('goes to the account that made the bucket, before that of the gateway', async () => {
    await service.house.identity.write(({ put }) =>
      put('bucket', { id: 'theirs', account: other, createdAt: 0 }),
    );
    await addTrail(account);
    await addTrail(other);
    record(request({ bucket: 'theirs', requester: requesterOf(stranger) }));
    assert.deepEqual(
      events().map(({ recipientAccountId, resources }) => [recipientAccountId, resources?.[1]?.accountId]),
      [[other, other]],
    );
  });

  test('of a request that nobody signed names nobody', async () => {
    await addTrail(account);
    const { requester: _signer, ...unsigned } = request({ authType: undefined });
    record(unsigned);
    const [event] = events();
    assert.deepEqual(event?.userIdentity, { type: 'AWSAccount', principalId: '', accountId: 'anonymous' });
    assert.deepEqual(event.additionalEventData, { 'x-amz-id-2': 'R1' });
  });

  test('still names a caller whose key was deleted meanwhile', async () => {
    await addTrail(account);
    record(request({ requester: { ...requesterOf(alice), accessKeyId: 'AKIAGONE', sessionName: 'run' } }));
    assert.deepEqual(events()[0]?.userIdentity, {
      type: 'AWSAccount',
      principalId: `${alice.user.id}:run`,
      arn: alice.arn,
      accountId: account,
      accessKeyId: 'AKIAGONE',
    });
  });

  test('says with which status the store refused', async () => {
    await addTrail(account);
    for (const status of [404, 304]) record(request({ status }));
    assert.deepEqual(
      events().map(({ errorCode, errorMessage }) => [errorCode, errorMessage]),
      [
        ['NotFound', 'The store answered with status 404.'],
        [undefined, undefined],
      ],
    );
  });
});
