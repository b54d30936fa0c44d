import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { CreateRoleCommand, DeleteAccessKeyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { Upload } from '@aws-sdk/lib-storage';
import { type StartedGateway, type StartStore, startGateway } from '../gateway-fixture.ts';
import { type Credentials, credentialsOf } from '../started-service.ts';

const Bucket = 'photos';
const put = (client: S3Client, Key: string, Body: string | Buffer) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body }));

async function get(client: S3Client, Key: string, bucket = Bucket): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

async function denies(call: Promise<unknown>, message: RegExp | string = 'Access Denied'): Promise<void> {
  await assert.rejects(
    call,
    (error: { name: string; message: string; $metadata: { httpStatusCode: number } }) => {
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], ['AccessDenied', 403]);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    },
  );
}

/** What the AWS SDK does with objects and buckets through a gateway, whatever store is behind it. Declares its tests in the caller's suite. */
export function walkStore(startStore: StartStore): void {
  let gateway: StartedGateway;
  let root: S3Client;

  before(async () => {
    gateway = await startGateway({ startStore });
    root = gateway.s3(gateway.service.root);
  });
  after(() => gateway.stop());

  describe('objects through the gateway', () => {
    test('are put and got back, with their metadata', async () => {
      const Metadata = { colour: 'red' };
      await root.send(
        new PutObjectCommand({ Bucket, Key: 'a.txt', Body: 'hello', ContentType: 'text/plain', Metadata }),
      );
      const answer = await root.send(new GetObjectCommand({ Bucket, Key: 'a.txt' }));
      assert.equal(await answer.Body?.transformToString(), 'hello');
      assert.deepEqual([answer.ContentType, answer.Metadata], ['text/plain', Metadata]);
    });

    test('may be empty', async () => {
      await put(root, 'empty', '');
      assert.equal(await get(root, 'empty'), '');
    });

    test('have keys with any characters', async () => {
      for (const Key of ['a b+c', 'ümläut/日本', "it's (a) ~test!*", 'a%2Fb', 'a%252e', 'x=y&z?#', 'tail/']) {
        await put(root, Key, Key);
        assert.equal(await get(root, Key), Key, Key);
      }
    });

    test('are read in ranges and on conditions', async () => {
      await put(root, 'range', '0123456789');
      const { Body, ContentRange } = await root.send(
        new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=2-4' }),
      );
      assert.deepEqual([await Body?.transformToString(), ContentRange], ['234', 'bytes 2-4/10']);
      const { ETag, ContentLength } = await root.send(new HeadObjectCommand({ Bucket, Key: 'range' }));
      assert.equal(ContentLength, 10);
      await assert.rejects(
        root.send(new GetObjectCommand({ Bucket, Key: 'range', IfNoneMatch: ETag })),
        (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode === 304,
      );
    });

    test('are uploaded in parts', async () => {
      const Body = randomBytes(11 * 1024 * 1024);
      const upload = new Upload({
        client: root,
        params: { Bucket, Key: 'parts', Body },
        partSize: 5 * 1024 * 1024,
      });
      await upload.done();
      const answer = await root.send(new GetObjectCommand({ Bucket, Key: 'parts' }));
      assert.ok(Body.equals(Buffer.from((await answer.Body?.transformToByteArray()) ?? [])));
    });

    test('are copied by who may read the one and write the other', async () => {
      await put(root, 'source/one', 'one');
      const reader = await gateway.addUser('copier', [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject'],
          Resource: 'arn:aws:s3:::photos/copies/*',
        },
      ]);
      const copy = { Bucket, Key: 'copies/one', CopySource: 'photos/source/one' };
      await denies(
        gateway.s3(reader).send(new CopyObjectCommand(copy)),
        'User: arn:aws:iam::111122223333:user/copier is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/source/one" because no identity-based policy allows the s3:GetObject action',
      );
      await root.send(new CopyObjectCommand(copy));
      assert.equal(await get(gateway.s3(reader), 'copies/one'), 'one');
    });

    test('are deleted together as far as each may be', async () => {
      for (const key of ['mine/1', 'mine/2', 'yours/1']) await put(root, key, key);
      const user = await gateway.addUser('deleter', [
        { Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::photos/mine/*' },
      ]);
      const Objects = ['mine/1', 'yours/1', 'mine/2'].map((Key) => ({ Key }));
      const { Deleted, Errors } = await gateway
        .s3(user)
        .send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      assert.deepEqual(Deleted?.map(({ Key }) => Key).sort(), ['mine/1', 'mine/2']);
      assert.deepEqual(
        Errors?.map(({ Key, Code }) => [Key, Code]),
        [['yours/1', 'AccessDenied']],
      );
      assert.equal(await get(root, 'yours/1'), 'yours/1');
      await assert.rejects(get(root, 'mine/1'), { name: 'NoSuchKey' });
    });
  });

  describe('fifteen-minute credentials', () => {
    let session: Credentials;
    before(async () => {
      const iam = gateway.service.iam(gateway.service.root);
      const caller = await gateway.addUser('assumer', [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
      ]);
      await iam.send(
        new CreateRoleCommand({
          RoleName: 'reader',
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }],
          }),
        }),
      );
      await iam.send(
        new PutRolePolicyCommand({
          RoleName: 'reader',
          PolicyName: 'all',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
          }),
        }),
      );
      session = credentialsOf(
        await gateway.service.sts(caller).send(
          new AssumeRoleCommand({
            RoleArn: 'arn:aws:iam::111122223333:role/reader',
            RoleSessionName: 'session',
            DurationSeconds: 900,
            Policy: JSON.stringify({
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/public/*' },
                {
                  Effect: 'Allow',
                  Action: 's3:ListBucket',
                  Resource: 'arn:aws:s3:::photos',
                  Condition: { StringEquals: { 's3:prefix': 'public/' } },
                },
              ],
            }),
          }),
        ),
      );
      for (const key of ['public/a', 'private/a']) await put(root, key, key);
    });

    test('read one prefix of one bucket and nothing else', async () => {
      const client = gateway.s3(session);
      assert.equal(await get(client, 'public/a'), 'public/a');
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'public/' }));
      assert.deepEqual(
        Contents?.map(({ Key }) => Key),
        ['public/a'],
      );
      const why = (action: string, resource: string) =>
        `User: arn:aws:sts::111122223333:assumed-role/reader/session is not authorized to perform: ${action} on resource: "${resource}" because no session policy allows the ${action} action`;
      await denies(get(client, 'private/a'), why('s3:GetObject', 'arn:aws:s3:::photos/private/a'));
      await denies(get(client, 'a', 'other'), why('s3:GetObject', 'arn:aws:s3:::other/a'));
      await denies(put(client, 'public/b', 'b'), why('s3:PutObject', 'arn:aws:s3:::photos/public/b'));
      await denies(
        client.send(new ListObjectsV2Command({ Bucket })),
        why('s3:ListBucket', 'arn:aws:s3:::photos'),
      );
    });

    test('are of no use once the session is ended', async () => {
      const client = gateway.s3(session);
      assert.equal(await get(client, 'public/a'), 'public/a');
      const iam = gateway.service.iam(gateway.service.root);
      await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: session.accessKeyId }));
      const start = performance.now();
      for (;;) {
        const error = await get(client, 'public/a').then(
          () => undefined,
          (reason: { name: string }) => reason.name,
        );
        if (error !== undefined) {
          assert.equal(error, 'InvalidToken');
          break;
        }
        assert.ok(performance.now() - start < 2000);
      }
    });
  });

  describe('buckets', () => {
    test('belong to the account that made them, and are listed for it', async () => {
      await root.send(new CreateBucketCommand({ Bucket: 'made-here' }));
      const { Buckets } = await root.send(new ListBucketsCommand({}));
      assert.deepEqual(Buckets?.map(({ Name }) => Name).sort(), ['made-here', 'photos']);
      await assert.rejects(root.send(new CreateBucketCommand({ Bucket: 'made-here' })), {
        name: 'BucketAlreadyOwnedByYou',
      });
      await assert.rejects(root.send(new CreateBucketCommand({ Bucket })), {
        name: 'BucketAlreadyOwnedByYou',
      });
      await root.send(new DeleteBucketCommand({ Bucket: 'made-here' }));
      assert.equal(gateway.service.house.identity.state.all('bucket').get('made-here'), undefined);
    });

    test('are opened by their policy to who has none and to nobody in particular', async () => {
      const user = await gateway.addUser('nobody', [
        { Effect: 'Allow', Action: 'sts:GetSessionToken', Resource: '*' },
      ]);
      await put(root, 'open/a', 'open');
      await denies(get(gateway.s3(user), 'open/a'), /no identity-based policy allows/);
      await denies(get(gateway.s3(undefined), 'open/a'));
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/open/*' },
        ],
      });
      await root.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      assert.equal((await root.send(new GetBucketPolicyCommand({ Bucket }))).Policy, Policy);
      assert.equal(await get(gateway.s3(user), 'open/a'), 'open');
      assert.equal(await get(gateway.s3(undefined), 'open/a'), 'open');
      await denies(get(gateway.s3(undefined), 'range'));
      await root.send(new DeleteBucketPolicyCommand({ Bucket }));
      await denies(get(gateway.s3(undefined), 'open/a'));
      await assert.rejects(root.send(new GetBucketPolicyCommand({ Bucket })), { name: 'NoSuchBucketPolicy' });
    });

    test('take no policy that is none', async () => {
      for (const Policy of [
        '{',
        '{"Version":"2012-10-17","Statement":[]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}]}',
      ])
        await assert.rejects(root.send(new PutBucketPolicyCommand({ Bucket, Policy })), {
          name: 'MalformedPolicy',
        });
    });
  });
}
