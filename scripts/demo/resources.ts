/** Resources elsewhere that accept the credentials, and what happens to them when a session ends and when the service is away. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AccountId } from '#core/identifiers';
import { openRemoteDoor } from '../../src/main/authorizer.ts';
import { openRemoteGateway } from '../../src/main/gateway.ts';
import {
  type Credentials,
  findObjectReader,
  type GuardedApi,
  type ObjectReader,
  openGuardedApi,
  sdkReader,
} from './programs.ts';

export interface Tour {
  readonly endpoint: string;
  readonly now: () => number;
  readonly aheadMs: () => number;
  readonly say: (line: string) => void;
  readonly refused: (what: string, call: () => Promise<unknown>) => Promise<void>;
}

/** A bucket behind the S3 gateway and an API behind a door, which hold no secret of any caller. */
export interface Resources {
  readonly gatewayEndpoint: string;
  readonly objects: ObjectReader;
  readonly api: GuardedApi;
  close(): Promise<void>;
}

const region = 'us-east-1';
const bucket = 'lake';
const storeKey = 'S3RVER';
const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};

/** Starts both, each asking the service as the verifier. */
export async function openResources(
  tour: Tour,
  cast: { readonly verifier: Credentials; readonly bucketOwner: string; readonly apiOwner: string },
): Promise<Resources> {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-demo-store-'));
  const store = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await store.run();
  const listen = { host: '127.0.0.1', port: 0 };
  const calls = { url: tour.endpoint, credentials: async () => cast.verifier, region, clock: tour.now };
  const maxStalenessSeconds = 900;
  const gateway = await openRemoteGateway(
    {
      ...{ service: 's3', listen, ownerAccount: cast.bucketOwner as AccountId, domain: undefined },
      upstream: {
        ...{ endpoint: `http://127.0.0.1:${port}`, region, addressing: 'path' },
        ...{ accessKeyId: storeKey, secretAccessKey: storeKey },
      },
    },
    { calls, maxStalenessSeconds },
    silent,
    tour.now,
  );
  const door = await openRemoteDoor(
    {
      ...{
        listen,
        service: 'execute-api',
        proxy: 'headers',
        region,
        ownerAccount: cast.apiOwner as AccountId,
      },
      ...{ api: 'orders', stage: 'prod', routes: undefined, maxStalenessSeconds },
      ...{ clientAddressHeader: undefined, secureTransport: false },
    },
    calls,
    silent,
    tour.now,
  );
  const api = await openGuardedApi(door.port);
  const gatewayEndpoint = `http://127.0.0.1:${gateway.port}`;
  return {
    gatewayEndpoint,
    objects: await findObjectReader(gatewayEndpoint, tour.aheadMs()),
    api,
    async close() {
      await api.close();
      await Promise.all([door.close(), gateway.close()]);
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** One prefix of one bucket, across accounts. */
export async function walkObjects(
  { say, refused, aheadMs }: Tour,
  { gatewayEndpoint, objects }: Resources,
  cast: { readonly owner: Credentials; readonly readerArn: string; readonly session: Credentials },
): Promise<void> {
  const owner = new S3Client({
    ...{ endpoint: gatewayEndpoint, region, credentials: cast.owner, forcePathStyle: true, maxAttempts: 1 },
    systemClockOffset: aheadMs(),
  });
  const read = (key: string) => objects.read(cast.session, bucket, key);
  say(`The owner of the bucket puts two objects into it. The session asks for them with ${objects.title}.`);
  try {
    for (const year of ['2025', '2026'])
      await owner.send(
        new PutObjectCommand({ Bucket: bucket, Key: `${year}/sales.csv`, Body: `sales of ${year}` }),
      );
    await refused('2026/sales.csv, by a role of another account', () => read('2026/sales.csv'));
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: cast.readerArn },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    assert.equal(await read('2026/sales.csv'), 'sales of 2026');
    say('  allowed  2026/sales.csv, once a bucket policy names the role');
    await refused('2025/sales.csv, which the session policy leaves out', () => read('2025/sales.csv'));
  } finally {
    owner.destroy();
  }
}

/** A backend that knows nothing of AWS, and what its door tells it. */
export async function walkApi({ say }: Tour, { api }: Resources, session: Credentials): Promise<void> {
  say(`The same session calls an API: ${api.title}.`);
  const allowed = await api.get(session, '/orders/1');
  assert.equal(allowed.status, 200, allowed.text);
  say('  200      GET /orders/1');
  const denied = await api.get(session, '/customers/1');
  assert.equal(denied.status, 403, denied.text);
  say('  403      GET /customers/1, which the session policy leaves out');
}

/** Ends one session; both resources must hear of it within two seconds, and another session of the same role goes on. */
export async function walkRevocation(
  { say, refused, aheadMs }: Tour,
  { gatewayEndpoint, objects, api }: Resources,
  cast: { readonly session: Credentials; readonly other: Credentials; readonly revoke: () => Promise<void> },
): Promise<void> {
  const sdk = sdkReader(gatewayEndpoint, aheadMs());
  const doors = {
    '2026/sales.csv': () =>
      sdk.read(cast.session, bucket, '2026/sales.csv').then(
        () => true,
        () => false,
      ),
    'GET /orders/1': async () => (await api.get(cast.session, '/orders/1')).status === 200,
  };
  for (const [what, isOpen] of Object.entries(doors)) assert.ok(await isOpen(), what);
  await cast.revoke();
  const start = performance.now();
  await Promise.all(
    Object.entries(doors).map(async ([what, isOpen]) => {
      while (await isOpen());
      const ms = Math.ceil(performance.now() - start);
      assert.ok(ms < 2000, 'a revocation is heard of within two seconds');
      say(`  closed   ${what}, ${ms} ms after ${cast.session.accessKeyId} was revoked`);
    }),
  );
  const { status, text } = await api.get(cast.session, '/orders/1');
  assert.equal(status, 401, text);
  say('  401      GET /orders/1');
  await refused('2026/sales.csv', () => objects.read(cast.session, bucket, '2026/sales.csv'));
  await readBoth({ objects, api }, cast.other);
  say('  allowed  both, for another session of the same role');
}

async function readBoth(
  { objects, api }: Pick<Resources, 'objects' | 'api'>,
  session: Credentials,
): Promise<void> {
  const { status, text } = await api.get(session, '/orders/1');
  assert.equal(status, 200, text);
  assert.equal(await objects.read(session, bucket, '2026/sales.csv'), 'sales of 2026');
}

/** Verification without the issuer. */
export async function walkAbsence(
  { say }: Tour,
  resources: Resources,
  cast: { readonly other: Credentials; readonly stopService: () => Promise<void> },
): Promise<void> {
  await cast.stopService();
  await readBoth(resources, cast.other);
  say('  allowed  both, and the service is stopped');
}
