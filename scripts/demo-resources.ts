/** The second half of the tour: resources that accept the credentials, and what happens to them when a session or the service ends. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AccountId } from '#core/identifiers';
import { hashBody, signRequest } from '#core/sigv4';
import { CallerCache, createAuthorizer, createRemoteIssuer } from '#servers/authorizer';
import type { House } from '../src/main/compose.ts';
import { openLocalGateway } from '../src/main/gateway.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Tour {
  readonly house: House;
  readonly endpoint: string;
  readonly now: () => number;
  readonly aheadMs: () => number;
  readonly say: (line: string) => void;
  readonly refused: (what: string, call: () => Promise<unknown>) => Promise<void>;
}

/** Who takes part in the chapter about objects. */
export interface ObjectCast {
  /** Root of the account that owns the bucket. */
  readonly owner: Credentials;
  readonly ownerAccount: string;
  /** ARN of a role of another account that may read the bucket as far as its own account is concerned. */
  readonly readerArn: string;
  /** Fifteen minutes of that role, narrowed to one prefix. */
  readonly session: Credentials;
  readonly revoke: () => Promise<void>;
}

const bucket = 'lake';
const storeKey = 'S3RVER';

/** A gateway in front of a store that knows nothing of IAM: one prefix of one bucket, across accounts, until the session is revoked. */
export async function walkObjects(tour: Tour, cast: ObjectCast): Promise<void> {
  const { say, refused } = tour;
  const directory = await mkdtemp(join(tmpdir(), 'brevet-demo-store-'));
  const store = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await store.run();
  const gateway = await openLocalGateway(
    {
      service: 's3',
      listen: { host: '127.0.0.1', port: 0 },
      ownerAccount: cast.ownerAccount as AccountId,
      domain: undefined,
      upstream: {
        endpoint: `http://127.0.0.1:${port}`,
        region: 'us-east-1',
        accessKeyId: storeKey,
        secretAccessKey: storeKey,
        addressing: 'path',
      },
    },
    tour.house,
    { info: () => undefined, error: () => undefined, debug: () => undefined },
    tour.now,
  );
  const client = (credentials: Credentials) =>
    new S3Client({
      endpoint: `http://127.0.0.1:${gateway.port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials,
      systemClockOffset: tour.aheadMs(),
    });
  const [owner, reader] = [client(cast.owner), client(cast.session)];
  const get = async (Key: string) => {
    const { Body } = await reader.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return await Body?.transformToString();
  };
  try {
    say(
      `A store that knows one key and no policies stands behind a gateway; ${cast.ownerAccount} owns its bucket "${bucket}".`,
    );
    for (const year of ['2025', '2026'])
      await owner.send(
        new PutObjectCommand({ Bucket: bucket, Key: `${year}/sales.csv`, Body: `sales of ${year}` }),
      );
    await refused('2026/sales.csv, by a role of another account', () => get('2026/sales.csv'));
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: cast.readerArn },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    assert.equal(await get('2026/sales.csv'), 'sales of 2026');
    say('  allowed  2026/sales.csv, once a bucket policy names the role');
    await refused('2025/sales.csv, which the session policy leaves out', () => get('2025/sales.csv'));
    await cast.revoke();
    await refused('2026/sales.csv, once the session is revoked', () => get('2026/sales.csv'));
  } finally {
    owner.destroy();
    reader.destroy();
    await gateway.close();
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Who takes part in the chapter about an API that verifies by itself. */
export interface ApiCast {
  /** Who may ask for signing keys of `execute-api` and for changes. */
  readonly verifier: Credentials;
  readonly caller: Credentials;
  readonly revoke: () => Promise<void>;
  readonly stopService: () => Promise<void>;
  /** Another session of the same caller, which is not revoked. */
  readonly other: Credentials;
}

/** A resource elsewhere: it holds no secret of any caller, hears of revocations, and goes on while the service is away. */
export async function walkApi(tour: Tour, cast: ApiCast): Promise<void> {
  const { say, refused } = tour;
  const issuer = createRemoteIssuer({
    url: tour.endpoint,
    credentials: async () => cast.verifier,
    region: 'us-east-1',
    clock: tour.now,
  });
  const callers = new CallerCache({ issuer, clock: tour.now, maxStalenessSeconds: 900 });
  const authorizer = createAuthorizer({ callers, service: 'execute-api', clock: tour.now });
  const verify = async (credentials: Credentials) => {
    const request = { method: 'GET', target: '/orders/1', rawHeaders: ['host', 'orders.example.com'] };
    const { rawHeaders } = signRequest(
      { ...request, bodySha256: hashBody(new Uint8Array()) },
      { credentials, region: 'us-east-1', service: 'execute-api', now: tour.now() },
    );
    return (await authorizer.verify({ ...request, rawHeaders })).caller.arn;
  };
  try {
    for (const credentials of [cast.caller, cast.other])
      say(
        `  verified ${credentials.accessKeyId} is ${await verify(credentials)}, with a key for this day, Region and service only`,
      );
    await cast.revoke();
    const start = performance.now();
    while (
      await verify(cast.caller).then(
        () => true,
        () => false,
      )
    );
    const ms = Math.ceil(performance.now() - start);
    await refused(`${cast.caller.accessKeyId}, ${ms} ms after it was revoked`, () => verify(cast.caller));
    assert.ok(ms < 2000, 'a revocation is heard of within two seconds');
    await cast.stopService();
    say(`  verified ${cast.other.accessKeyId} is ${await verify(cast.other)}, and the service is stopped`);
  } finally {
    await callers.close();
  }
}
