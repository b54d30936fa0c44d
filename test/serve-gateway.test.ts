import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import S3rver from '@20minutes/s3rver';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { certificates } from './certificates.ts';
import { type Running, runProgram, type Serving, startProgram, startServing } from './serve-process.ts';
import { type Credentials, credentialsOf } from './started-service.ts';

const Bucket = 'photos';
const account = '111122223333';
const directory = await mkdtemp(join(tmpdir(), 'brevet-test-'));
const store = new S3rver({
  port: 0,
  address: '127.0.0.1',
  silent: true,
  directory: join(directory, 'store'),
  configureBuckets: [{ name: Bucket, configs: [] }],
});
let storePort: number;
let serving: Serving;
let gateway: Running;
let endpoint: string;
let iam: IAMClient;
let root: S3Client;
let ada: Credentials;
let asAda: S3Client;
let verifier: Credentials;

before(async () => {
  await mkdir(join(directory, 'store'));
  ({ port: storePort } = await store.run());
  serving = await startServing({
    dataDirectory: join(directory, 'data'),
    environment: { BREVET_ACCOUNT_ID: account },
  });
  const credentials = await serving.root();
  iam = new IAMClient({ endpoint: serving.endpoint, region: 'us-east-1', credentials });
  verifier = await addUser('gateway', [
    {
      Effect: 'Allow',
      Action: 'brevet:GetSigningKey',
      Resource: `arn:aws:brevet:*:${account}:signing-key/s3`,
    },
    { Effect: 'Allow', Action: 'brevet:GetChanges', Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['brevet:*Bucket', 'brevet:*BucketPolicy'],
      Resource: `arn:aws:brevet::${account}:bucket/*`,
    },
  ]);
  await writeFile(join(directory, 'store-secret'), 'S3RVER\n');
  gateway = await startProgram(gatewayFlags(), environmentOf(verifier));
  endpoint = /^brevet gateway ready on (\S+)\n$/.exec(gateway.stdout())?.[1] ?? '';
  root = client(credentials);
  ada = await addUser('ada', [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/own/*' },
    { Effect: 'Allow', Action: 'sts:GetSessionToken', Resource: '*' },
  ]);
  asAda = client(ada);
  for (const Key of ['own/a', 'shared/a']) await root.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
});
after(async () => {
  for (const one of [iam, root, asAda]) one.destroy();
  await gateway.stop();
  await serving.stop();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

function gatewayFlags(): string[] {
  return [
    ...['gateway', '--issuer', serving.endpoint, '--listen', '127.0.0.1:0', '--owner-account', account],
    ...['--store-endpoint', `http://127.0.0.1:${storePort}`, '--store-region', 'us-east-1'],
    ...['--store-access-key-id', 'S3RVER'],
    ...['--store-secret-access-key-file', join(directory, 'store-secret')],
  ];
}

function environmentOf({ accessKeyId, secretAccessKey }: Credentials): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

function client(credentials: Credentials): S3Client {
  return new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, credentials });
}

async function addUser(UserName: string, Statement: readonly object[]): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'granted', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

async function get(one: S3Client, Key: string): Promise<string> {
  const { Body } = await one.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

/** Asks until that is the outcome, an error's name or a text; fails after the two seconds that are promised. */
async function becomes(outcome: string, ask: () => Promise<string>): Promise<void> {
  const start = performance.now();
  for (;;) {
    const now = await ask().catch((error: Error) => error.name);
    if (now === outcome) return;
    assert.ok(performance.now() - start < 2000, `${now} instead of ${outcome}`);
  }
}

describe('a gateway in a process of its own', () => {
  test('decides by the policies of callers, and says why not', async () => {
    assert.equal(await get(asAda, 'own/a'), 'own/a');
    await assert.rejects(get(asAda, 'shared/a'), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${account}:user/ada is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/shared/a" because no identity-based policy allows the s3:GetObject action`,
    });
  });

  test('keeps bucket policies with the issuer, bound to whom they name', async () => {
    const policy = (AWS: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' },
        ],
      });
    const Policy = policy(`arn:aws:iam::${account}:user/eve`);
    const put = () => root.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const shown = async () => (await root.send(new GetBucketPolicyCommand({ Bucket }))).Policy ?? '';
    await assert.rejects(put(), { name: 'MalformedPolicy', message: 'Invalid principal in policy' });
    const nothing = [{ Effect: 'Allow', Action: 'sts:GetSessionToken', Resource: '*' }];
    const eve = client(await addUser('eve', nothing));
    await put();
    assert.equal(await get(eve, 'shared/a'), 'shared/a');
    assert.equal(await shown(), Policy);
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'eve' }));
    for (const { AccessKeyId } of AccessKeyMetadata ?? [])
      await iam.send(new DeleteAccessKeyCommand({ UserName: 'eve', AccessKeyId }));
    await iam.send(new DeleteUserPolicyCommand({ UserName: 'eve', PolicyName: 'granted' }));
    await iam.send(new DeleteUserCommand({ UserName: 'eve' }));
    const another = client(await addUser('eve', nothing));
    await assert.rejects(get(another, 'shared/a'), { name: 'AccessDenied' });
    await becomes('bare id', async () => (/"AIDA[A-Z0-9]{17}"/.test(await shown()) ? 'bare id' : 'ARN'));
    await root.send(new DeleteBucketPolicyCommand({ Bucket }));
    await assert.rejects(shown(), { name: 'NoSuchBucketPolicy' });
    eve.destroy();
    another.destroy();
  });

  test('gives a new bucket to who makes it', async () => {
    await root.send(new CreateBucketCommand({ Bucket: 'made-here' }));
    const { Buckets } = await root.send(new ListBucketsCommand({}));
    assert.deepEqual(Buckets?.map(({ Name }) => Name).sort(), ['made-here', 'photos']);
    await assert.rejects(root.send(new CreateBucketCommand({ Bucket: 'made-here' })), {
      name: 'BucketAlreadyOwnedByYou',
    });
    await root.send(new DeleteBucketCommand({ Bucket: 'made-here' }));
  });

  test('hears of a revoked session within two seconds', async () => {
    const sts = new STSClient({ endpoint: serving.endpoint, region: 'us-east-1', credentials: ada });
    const session = credentialsOf(await sts.send(new GetSessionTokenCommand({})));
    sts.destroy();
    const asSession = client(session);
    assert.equal(await get(asSession, 'own/a'), 'own/a');
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: session.accessKeyId }));
    await becomes('InvalidToken', () => get(asSession, 'own/a'));
    asSession.destroy();
  });

  test('refuses to start when what it is told is not enough, and knows nobody when it may not ask', async (t) => {
    const wrong = gatewayFlags().map((flag) => (flag === account ? 'me' : flag));
    const { code, stdout, stderr } = await runProgram(wrong, environmentOf(verifier));
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^brevet: --owner-account: expected twelve digits/);
    const barred = await startProgram(gatewayFlags(), environmentOf(ada));
    t.after(() => barred.stop());
    const [, address = ''] = /ready on (\S+)/.exec(barred.stdout()) ?? [];
    const one = new S3Client({
      endpoint: address,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: ada,
    });
    t.after(() => one.destroy());
    await assert.rejects(get(one, 'own/a'), { name: 'ServiceUnavailable' });
  });

  test('speaks HTTPS with a certificate', async (t) => {
    const [{ cert, key }] = certificates;
    await writeFile(join(directory, 'cert.pem'), cert);
    await writeFile(join(directory, 'key.pem'), key, { mode: 0o600 });
    const files = [
      '--tls-cert-file',
      join(directory, 'cert.pem'),
      '--tls-key-file',
      join(directory, 'key.pem'),
    ];
    const secure = await startProgram([...gatewayFlags(), ...files], environmentOf(verifier));
    t.after(() => secure.stop());
    const [, port = ''] =
      /^brevet gateway ready on https:\/\/127\.0\.0\.1:(\d+)\n$/.exec(secure.stdout()) ?? [];
    const one = new S3Client({
      endpoint: `https://localhost:${port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: ada,
      requestHandler: { httpsAgent: new Agent({ ca: cert }) },
    });
    t.after(() => one.destroy());
    assert.equal(await get(one, 'own/a'), 'own/a');
  });

  test('goes on with what it knows while the issuer is away, changes nothing, and ends when it is told', async () => {
    assert.equal(await get(asAda, 'own/a'), 'own/a');
    await serving.stop();
    assert.equal(await get(asAda, 'own/a'), 'own/a');
    await assert.rejects(get(asAda, 'shared/a'), { name: 'AccessDenied' });
    await assert.rejects(root.send(new DeleteBucketPolicyCommand({ Bucket })), {
      name: 'ServiceUnavailable',
    });
    const { code, stdout } = await gateway.stop();
    assert.deepEqual([code, stdout], [0, `brevet gateway ready on ${endpoint}\n`]);
    const [error] = await once(connect(Number(new URL(endpoint).port), '127.0.0.1'), 'error');
    assert.equal(error.code, 'ECONNREFUSED');
  });
});
