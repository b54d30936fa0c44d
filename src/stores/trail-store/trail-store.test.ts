import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import S3rver from '@20minutes/s3rver';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { openTrailFixture } from '../../../test/trail-fixture.ts';
import { BucketError, openLocalBuckets, openS3Buckets, openTrailSpool, type TrailBuckets } from './index.ts';

const file = {
  account: '111122223333',
  bucket: 'logs-of-main',
  key: "a/b!-_.*'()/2026/one.json.gz",
  body: Buffer.from([1, 2, 3]),
  metadata: { signature: 'abc', 'signature-algorithm': 'SHA256withRSA' },
};
const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

interface Store {
  readonly endpoint: string;
  readonly port: number;
  close(): Promise<void>;
}

async function startStore(directory: string, bucket = file.bucket, port = 0): Promise<Store> {
  const server = new S3rver({
    port,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port: chosen } = await server.run();
  return { endpoint: `http://127.0.0.1:${chosen}`, port: chosen, close: () => server.close() };
}

function bucketsAt(endpoint: string): TrailBuckets {
  return openS3Buckets({ endpoint, region: 'us-east-1', credentials, clock: Date.now });
}

function reason(expected: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof BucketError);
    assert.equal(error.reason, expected);
    assert.equal(error.message, `the bucket of a trail cannot be written: ${expected}`);
    return true;
  };
}

describe('buckets on an S3 endpoint', () => {
  test('take a file with its metadata, twice the same', async (context) => {
    const store = await startStore(await temporaryDirectory(context));
    context.after(() => store.close());
    const buckets = bucketsAt(store.endpoint);
    await buckets.put(file);
    await buckets.put(file);
    const client = new S3Client({
      endpoint: store.endpoint,
      credentials,
      region: 'us-east-1',
      forcePathStyle: true,
    });
    context.after(() => client.destroy());
    const { Body, Metadata } = await client.send(
      new GetObjectCommand({ Bucket: file.bucket, Key: file.key }),
    );
    assert.deepEqual([...((await Body?.transformToByteArray()) ?? [])], [1, 2, 3]);
    assert.deepEqual(Metadata, file.metadata);
  });

  test('say why they did not', async (context) => {
    const store = await startStore(await temporaryDirectory(context), 'another-bucket');
    await assert.rejects(bucketsAt(store.endpoint).put(file), reason('NoSuchBucket'));
    await store.close();
    await assert.rejects(bucketsAt(store.endpoint).put(file), reason('EndpointUnreachable'));
  });

  test('do not follow the endpoint elsewhere, and name a status without a code', async (context) => {
    const server = createServer((_request, response) =>
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    context.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    await assert.rejects(bucketsAt(`http://127.0.0.1:${port}`).put(file), reason('HTTP 307'));
  });

  test('get everything once they are back, and a trail knows', async (context) => {
    const fixture = await openTrailFixture(context);
    const directory = await temporaryDirectory(context);
    const first = await startStore(directory, 'logs-of-main');
    const { endpoint, port } = first;
    await first.close();
    const delivery = await fixture.start({ buckets: bucketsAt(endpoint) });
    await fixture.record('One');
    await fixture.runAfter(1, delivery);
    assert.equal(fixture.errors.length, 1);
    const second = await startStore(directory, 'logs-of-main', port);
    context.after(() => second.close());
    await fixture.runAfter(1, delivery);
    assert.equal(fixture.errors.length, 1);
    const [chain] = fixture.service.identity.state.all('trail-chain').values();
    assert.deepEqual([chain?.deliveredAt, chain?.error], [fixture.service.now, undefined]);
  });
});

describe('buckets in a directory', () => {
  async function open(context: TestContext) {
    return openLocalBuckets(join(await temporaryDirectory(context), 'buckets'));
  }

  test('list in the order of keys, from a marker on, below a prefix, page by page', async (context) => {
    const buckets = await open(context);
    const keys = ['a-b/1.json.gz', 'a/1.json.gz', 'a/2.json.gz', 'a/b/3.json.gz', 'b.json.gz'];
    for (const key of [...keys].reverse()) await buckets.put({ ...file, key });
    const list = async (prefix: string, after = '', limit = 100): Promise<readonly string[]> =>
      (await buckets.list(file.account, file.bucket, { prefix, after, limit })).map(({ key }) => key);
    assert.deepEqual(await list(''), keys);
    assert.deepEqual(await list('a/'), keys.slice(1, 4));
    assert.deepEqual(await list('a'), keys.slice(0, 4));
    assert.deepEqual(await list('', 'a/1.json.gz', 2), keys.slice(2, 4));
    assert.deepEqual(await list('', 'a/b/zzz'), ['b.json.gz']);
    assert.deepEqual(
      await buckets.list('444455556666', file.bucket, { prefix: '', after: '', limit: 9 }),
      [],
    );
  });

  test('give an object back with its metadata, and nothing outside', async (context) => {
    const buckets = await open(context);
    await buckets.put(file);
    const object = await buckets.get(file.account, file.bucket, file.key);
    assert.deepEqual([object?.metadata, object?.size], [file.metadata, 3]);
    for (const key of [
      `${file.key}.metadata`,
      '../logs-of-main/x.json.gz',
      'a//b.json.gz',
      'a\\..\\x.json.gz',
    ])
      assert.equal(await buckets.get(file.account, file.bucket, key), undefined);
    assert.equal(await buckets.get(file.account, '..', file.key), undefined);
    assert.equal(await buckets.get('444455556666', file.bucket, file.key), undefined);
    await assert.rejects(buckets.put({ ...file, key: '../x.json.gz' }), reason('InvalidObjectName'));
  });
});

describe('a spool', () => {
  const about = {
    trail: 't',
    account: file.account,
    region: 'us-east-1',
    bucket: file.bucket,
    key: file.key,
    hashValue: '',
    oldestEventTime: '',
    newestEventTime: '',
    isDigested: true,
  };

  test('keeps a batch with its position over a restart, until its files are removed', async (context) => {
    const directory = await temporaryDirectory(context);
    const spool = await openTrailSpool(directory);
    assert.equal(await spool.state(), undefined);
    await spool.commit({ batch: 1, position: { a: 1 } }, [{ about, body: Buffer.from('x') }]);
    const again = await openTrailSpool(directory);
    assert.deepEqual(await again.state(), { batch: 1, position: { a: 1 } });
    const [waiting] = await again.list();
    assert.deepEqual(waiting?.about, about);
    assert.equal(String(await again.read(waiting?.name ?? '')), 'x');
    await again.remove(waiting?.name ?? '');
    await again.remove(waiting?.name ?? '');
    assert.deepEqual(await again.list(), []);
  });
});
