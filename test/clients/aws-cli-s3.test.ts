/** The AWS CLI through the gateway: `aws s3` with its multipart transfers, `aws s3api`, and the URLs of `presign`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { type StartedGateway, startGateway } from '../gateway-fixture.ts';
import { type Credentials, credentialsOf } from '../started-service.ts';

const largeBytes = 20 * 1_048_576;

let gateway: StartedGateway;
let home = '';
let reader: Credentials;

before(async () => {
  gateway = await startGateway();
  home = await mkdtemp(join(tmpdir(), 'brevet-aws-s3-'));
  // Version 1 of the CLI presigns with Signature Version 2 otherwise.
  await mkdir(join(home, '.aws'));
  await writeFile(join(home, '.aws', 'config'), '[default]\ns3 =\n  signature_version = s3v4\n');
  reader = await gateway.addUser('reader', [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/open/*' },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::photos',
      Condition: { StringLike: { 's3:prefix': 'open/*' } },
    },
    { Effect: 'Allow', Action: 'sts:GetSessionToken', Resource: '*' },
  ]);
});
after(async () => {
  await gateway.stop();
  await rm(home, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function aws(credentials: Credentials, ...given: string[]): Promise<Outcome> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const environment = {
    PATH: process.env.PATH,
    HOME: home,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_S3: gateway.endpoint,
    AWS_MAX_ATTEMPTS: '1',
  };
  return new Promise((resolve) => {
    execFile('aws', given, { env: environment, cwd: home }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

async function done(credentials: Credentials, ...given: string[]): Promise<string> {
  const { code, stdout, stderr } = await aws(credentials, ...given);
  assert.equal(code, 0, stderr);
  return stdout;
}

async function fails(expected: RegExp, credentials: Credentials, ...given: string[]): Promise<void> {
  const { code, stderr } = await aws(credentials, ...given);
  assert.notEqual(code, 0);
  assert.match(stderr, expected);
}

describe('aws s3', () => {
  test('copies a small and a multipart file up and down, lists and deletes them', async () => {
    const { root } = gateway.service;
    const large = randomBytes(largeBytes);
    await writeFile(join(home, 'large'), large);
    await writeFile(join(home, 'small'), 'small');
    await done(root, 's3', 'cp', 'large', 's3://photos/files/large', '--no-progress');
    await done(root, 's3', 'cp', 'small', 's3://photos/files/a b+ü', '--no-progress');
    const parts = gateway.logged.filter(({ operation }) => operation === 'UploadPart');
    assert.ok(parts.length > 1);
    assert.match(await done(root, 's3', 'ls', 's3://photos/files/'), / 5 a b\+ü\n.* 20971520 large\n/s);
    await done(root, 's3', 'cp', 's3://photos/files/large', 'back', '--no-progress');
    assert.ok(large.equals(await readFile(join(home, 'back'))));
    assert.equal(await done(root, 's3', 'cp', 's3://photos/files/a b+ü', '-'), 'small');
    await done(root, 's3', 'rm', '--recursive', 's3://photos/files/');
    assert.deepEqual((await aws(root, 's3', 'ls', 's3://photos/files/')).stdout, '');
  });

  test('syncs a directory, and does nothing the second time', async () => {
    const { root } = gateway.service;
    await mkdir(join(home, 'tree', 'deep'), { recursive: true });
    await writeFile(join(home, 'tree', 'a'), 'a');
    await writeFile(join(home, 'tree', 'deep', 'b'), 'b');
    const anHourAgo = Date.now() / 1000 - 3600;
    for (const name of ['tree/a', 'tree/deep/b']) await utimes(join(home, name), anHourAgo, anHourAgo);
    const sync = () => done(root, 's3', 'sync', 'tree', 's3://photos/open/tree', '--no-progress');
    assert.equal((await sync()).trim().split('\n').length, 2);
    assert.equal(await sync(), '');
    assert.equal(await done(reader, 's3', 'cp', 's3://photos/open/tree/deep/b', '-'), 'b');
  });

  test('makes and removes buckets', async () => {
    const { root } = gateway.service;
    await done(root, 's3', 'mb', 's3://made-by-cli');
    assert.match(await done(root, 's3', 'ls'), / made-by-cli\n.* photos\n/s);
    await done(root, 's3', 'rb', 's3://made-by-cli');
    await fails(/NoSuchBucket|AccessDenied|404/, root, 's3', 'ls', 's3://made-by-cli');
  });

  test('is told why it may not', async () => {
    const why = (action: string) =>
      new RegExp(`\\(AccessDenied\\).* is not authorized to perform: ${action} on resource: `);
    await writeFile(join(home, 'refused'), 'x');
    await fails(why('s3:PutObject'), reader, 's3', 'cp', 'refused', 's3://photos/open/refused');
    await fails(why('s3:ListBucket'), reader, 's3', 'ls', 's3://photos/');
    await fails(/\(403\)/, reader, 's3', 'cp', 's3://photos/closed', 'closed');
  });

  test('presigns, also with credentials of a session', async () => {
    const { root } = gateway.service;
    await writeFile(join(home, 'shown'), 'shown');
    await done(root, 's3', 'cp', 'shown', 's3://photos/open/shown', '--no-progress');
    const session = credentialsOf(await gateway.service.sts(reader).send(new GetSessionTokenCommand({})));
    const url = (await done(session, 's3', 'presign', 's3://photos/open/shown')).trim();
    const answer = await fetch(url);
    assert.deepEqual([answer.status, await answer.text()], [200, 'shown']);
    assert.equal((await fetch(url.replace('open/shown', 'open/other'))).status, 403);
    const second = await fetch(`${url.split('?')[0]}?AWSAccessKeyId=a&Signature=b&Expires=9999999999`);
    assert.equal(second.status, 501);
    assert.match(await second.text(), /The query parameter AWSAccessKeyId is not implemented/);
  });
});

describe('aws s3api', () => {
  test('puts, shows and deletes a bucket policy', async () => {
    const { root } = gateway.service;
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:user/reader' },
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::photos/inbox/*',
        },
      ],
    });
    await done(root, 's3api', 'put-bucket-policy', '--bucket', 'photos', '--policy', policy);
    const { Policy } = JSON.parse(await done(root, 's3api', 'get-bucket-policy', '--bucket', 'photos'));
    assert.equal(Policy, policy);
    await writeFile(join(home, 'letter'), 'letter');
    const put = ['s3api', 'put-object', '--bucket', 'photos', '--key', 'inbox/letter', '--body', 'letter'];
    await done(reader, ...put);
    await done(root, 's3api', 'delete-bucket-policy', '--bucket', 'photos');
    await fails(/AccessDenied/, reader, ...put);
    await fails(
      /MalformedPolicy.*Invalid principal in policy/,
      root,
      ...['s3api', 'put-bucket-policy', '--bucket', 'photos', '--policy', policy.replace('reader', 'nobody')],
    );
  });

  test('copies and deletes objects, deciding key by key', async () => {
    const { root } = gateway.service;
    await writeFile(join(home, 'one'), 'one');
    await done(root, 's3api', 'put-object', '--bucket', 'photos', '--key', 'open/one', '--body', 'one');
    await done(
      root,
      ...[
        's3api',
        'copy-object',
        '--bucket',
        'photos',
        '--key',
        'open/two',
        '--copy-source',
        'photos/open/one',
      ],
    );
    const Objects = ['open/one', 'open/two'].map((Key) => ({ Key }));
    const remove = ['s3api', 'delete-objects', '--bucket', 'photos', '--delete', JSON.stringify({ Objects })];
    const refused = JSON.parse(await done(reader, ...remove));
    assert.deepEqual(
      refused.Errors.map(({ Key, Code }: { Key: string; Code: string }) => [Key, Code]),
      [
        ['open/one', 'AccessDenied'],
        ['open/two', 'AccessDenied'],
      ],
    );
    const removed = JSON.parse(await done(root, ...remove));
    assert.deepEqual(removed.Deleted.map(({ Key }: { Key: string }) => Key).sort(), ['open/one', 'open/two']);
  });
});
