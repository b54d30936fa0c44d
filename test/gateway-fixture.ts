import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { AccountId } from '#core/identifiers';
import { openLocalGateway } from '../src/main/gateway.ts';
import { type Credentials, type StartedService, startService } from './started-service.ts';

/** The service with a gateway inside, in front of a store of its own. */
export interface StartedGateway {
  readonly service: StartedService;
  readonly endpoint: string;
  readonly storeEndpoint: string;
  readonly logged: Record<string, unknown>[];
  s3(credentials: Credentials | undefined, more?: Partial<S3ClientConfig>): S3Client;
  /** A client of the store itself, past the gateway. */
  readonly store: S3Client;
  /** A user of the first account with one policy and one access key. */
  addUser(name: string, statements: readonly object[]): Promise<Credentials>;
  stop(): Promise<void>;
}

/** A store that knows nothing of IAM, and the one key that opens it. */
export interface RunningStore {
  readonly endpoint: string;
  readonly key: Credentials;
  stop(): Promise<void>;
}

/** Starts a store with one bucket. */
export type StartStore = (bucket: string) => Promise<RunningStore>;

export async function startS3rver(bucket: string): Promise<RunningStore> {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-store-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    key: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** In front of s3rver, unless `startStore` starts another store; with `storeEndpoint` requests go there instead. */
export async function startGateway(
  options: { readonly storeEndpoint?: string; readonly startStore?: StartStore } = {},
): Promise<StartedGateway> {
  const service = await startService();
  const store = await (options.startStore ?? startS3rver)('photos');
  const storeEndpoint = options.storeEndpoint ?? store.endpoint;
  const storeKey = store.key;
  const logged: Record<string, unknown>[] = [];
  const note = (line: Record<string, unknown>): void => {
    logged.push(line);
  };
  const gateway = await openLocalGateway(
    {
      service: 's3',
      listen: { host: '127.0.0.1', port: 0 },
      ownerAccount: service.accountId as AccountId,
      domain: undefined,
      upstream: { endpoint: storeEndpoint, region: 'us-east-1', ...storeKey, addressing: 'path' },
    },
    service.house,
    { info: note, error: note, debug: note } as never,
    () => service.now(),
  );
  const endpoint = `http://127.0.0.1:${gateway.port}`;
  const clients: S3Client[] = [];
  const open = (config: S3ClientConfig): S3Client => {
    const client = new S3Client({ region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, ...config });
    clients.push(client);
    return client;
  };
  return {
    service,
    endpoint,
    storeEndpoint,
    logged,
    s3: (credentials, more = {}) =>
      open({
        endpoint,
        ...(credentials === undefined
          ? { credentials: storeKey, signer: { sign: async (request) => request } }
          : { credentials }),
        ...more,
      }),
    store: open({ endpoint: storeEndpoint, credentials: storeKey }),
    async addUser(UserName, Statement) {
      const root = service.iam(service.root);
      await root.send(new CreateUserCommand({ UserName }));
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await root.send(new PutUserPolicyCommand({ UserName, PolicyName: 'granted', PolicyDocument }));
      const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName }));
      return {
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      };
    },
    async stop() {
      for (const client of clients) client.destroy();
      await gateway.close();
      await store.stop();
      await service.stop();
    },
  };
}
