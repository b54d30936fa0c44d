/** Who reads the log files of a trail that the service keeps itself is on record, in the trails that want it. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { AuditEvent } from '#core/audit';
import type { AccountId } from '#core/identifiers';
import { addAccount, addUser, allow } from '../../principals.ts';
import { type Credentials, type StartedService, startService } from '../../started-service.ts';

const account = '111122223333';
const elsewhere = '444455556666';
const bucket = 'logs-of-main';
const key = `AWSLogs/${account}/absent.json.gz`;

let service: StartedService;
let reader: S3Client;
let nobody: S3Client;
const clients: { destroy(): void }[] = [];

function s3(credentials: Credentials): S3Client {
  const client = new S3Client({
    ...{ endpoint: service.endpoint, credentials, region: 'us-east-1' },
    ...{ maxAttempts: 1, forcePathStyle: true },
  });
  clients.push(client);
  return client;
}

async function trail(credentials: Credentials, Values: readonly string[]): Promise<void> {
  const client = new CloudTrailClient({ endpoint: service.endpoint, credentials, region: 'us-east-1' });
  clients.push(client);
  await client.send(new CreateTrailCommand({ Name: 'main', S3BucketName: bucket }));
  await client.send(new StartLoggingCommand({ Name: 'main' }));
  if (Values.length === 0) return;
  await client.send(
    new PutEventSelectorsCommand({
      TrailName: 'main',
      EventSelectors: [
        { ReadWriteType: 'All', DataResources: [{ Type: 'AWS::S3::Object', Values: [...Values] }] },
      ],
    }),
  );
}

/** The data events that the log has, oldest first. */
async function events(): Promise<readonly AuditEvent[]> {
  // A credential is answered only when its record, and with it every earlier one, is on the disk.
  await service.sts(service.root).send(new GetSessionTokenCommand({}));
  const directory = join(service.dataDirectory, 'audit');
  const files = (await readdir(directory)).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line.includes('"eventCategory":"Data"'))
    .map((line) => JSON.parse(line) as AuditEvent);
}

let seen = 0;

/** Those since the last look. */
async function news(): Promise<readonly AuditEvent[]> {
  const all = await events();
  const found = all.slice(seen);
  seen = all.length;
  return found;
}

before(async () => {
  service = await startService();
  await addAccount(service, elsewhere);
  reader = s3((await addUser(service, 'reader', { policy: allow('s3:*') })).credentials);
  nobody = s3((await addUser(service, 'nobody')).credentials);
});
after(async () => {
  for (const client of clients) client.destroy();
  await service.stop();
});
afterEach(() => {
  service.answered.length = 0;
});

const list = () => reader.send(new ListObjectsCommand({ Bucket: bucket, Prefix: 'AWSLogs/' }));

describe('what is read of the bucket of a trail', () => {
  test('is in no trail that has not asked for it', async () => {
    await trail(service.root, []);
    await list();
    assert.deepEqual(await news(), []);
  });

  test('is in the trail that has, with who read it', async () => {
    const client = new CloudTrailClient({
      endpoint: service.endpoint,
      credentials: service.root,
      region: 'us-east-1',
    });
    clients.push(client);
    await client.send(
      new PutEventSelectorsCommand({
        TrailName: 'main',
        EventSelectors: [
          {
            ReadWriteType: 'All',
            DataResources: [{ Type: 'AWS::S3::Object', Values: [`arn:aws:s3:::${bucket}/`] }],
          },
        ],
      }),
    );
    await list();
    await reader.send(new GetBucketLocationCommand({ Bucket: bucket }));
    await assert.rejects(reader.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
    const [listed, head, ...others] = await news();
    assert.deepEqual(others, []);
    assert.ok(listed && head);
    assert.deepEqual([listed.eventName, head.eventName], ['ListObjects', 'HeadObject']);
    assert.equal(listed.userIdentity.arn, `arn:aws:iam::${account}:user/reader`);
    assert.equal(listed.recipientAccountId, account);
    assert.equal(listed.awsRegion, 'us-east-1');
    assert.equal(listed.errorCode, undefined);
    const { host } = new URL(service.endpoint);
    assert.deepEqual(listed.requestParameters, { prefix: 'AWSLogs/', bucketName: bucket, Host: host });
    assert.deepEqual(head.requestParameters, { bucketName: bucket, Host: host, key });
    assert.deepEqual(head.resources, [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key}` },
      { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
    ]);
    assert.deepEqual([head.errorCode, head.errorMessage], ['NoSuchKey', 'The specified key does not exist.']);
  });

  test('is there too when it was refused, and not when nobody is known to have asked', async () => {
    await assert.rejects(nobody.send(new GetObjectCommand({ Bucket: bucket, Key: key })), {
      name: 'AccessDenied',
    });
    const unknown = s3({ accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' });
    await assert.rejects(unknown.send(new GetObjectCommand({ Bucket: bucket, Key: key })), {
      name: 'InvalidAccessKeyId',
    });
    const [denied, ...others] = await news();
    assert.deepEqual(others, []);
    assert.equal(denied?.eventName, 'GetObject');
    assert.equal(denied.errorCode, 'AccessDenied');
    assert.match(denied.errorMessage ?? '', /user\/nobody is not authorized to perform: s3:GetObject/);
    assert.equal(denied.userIdentity.userName, 'nobody');
  });

  test('is its account’s alone, whoever made a bucket of the same name through a gateway', async () => {
    const stranger = await addUser(service, 'stranger', { account: elsewhere, policy: allow('*') });
    await trail(stranger.credentials, ['arn:aws:s3']);
    await service.house.identity.write(({ put }) =>
      put('bucket', { id: bucket, account: elsewhere as AccountId, createdAt: service.now() }),
    );
    await list();
    const found = await news();
    assert.deepEqual(
      found.map(({ recipientAccountId, resources }) => [recipientAccountId, resources?.[1]?.accountId]),
      [[account, account]],
    );
  });
});

test('logs and metrics are told of what is read of the buckets of trails and of the documents of issuers', async () => {
  await list();
  await assert.rejects(nobody.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
  const issuer = `${service.endpoint}/outbound/00000000-0000-4000-8000-000000000000/.well-known`;
  await fetch(`${issuer}/jwks.json`);
  await fetch(`${issuer}/openid-configuration`, { method: 'POST' });
  assert.deepEqual(
    service.answered.map(({ service: name, operation, status, refusal }) => [
      name,
      operation,
      status,
      refusal,
    ]),
    [
      ['s3', 'ListObjects', 200, undefined],
      ['s3', 'GetObject', 403, 'AccessDenied'],
      ['web-identity', 'jwks.json', 404, 'NoSuchIssuer'],
      ['web-identity', 'openid-configuration', 405, 'MethodNotAllowed'],
    ],
  );
});
