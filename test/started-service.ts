import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountClient } from '@aws-sdk/client-account';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import type { Answered } from '#pipeline';
import { createApiServer } from '#servers/api';
import type { Cluster, Instance } from '#services/operation';
import type { OutboundHttp } from '#stores/outbound-http';
import { compose, type House } from '../src/main/compose.ts';
import { createFirstAccount } from '../src/main/first-start.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The whole service in this process, on a port of its own, over an embedded database in a directory of its own. */
export interface StartedService {
  readonly endpoint: string;
  readonly dataDirectory: string;
  readonly house: House;
  readonly accountId: string;
  readonly root: Credentials;
  readonly answered: Answered[];
  /** Milliseconds the service's clock is ahead of the real one; tests move it. */
  clockAheadMs: number;
  /** Where the service's clock stands still, in milliseconds; it runs while this is undefined. */
  stoppedAt: number | undefined;
  /** What the service's clock shows. */
  now(): number;
  sts(credentials: Credentials, region?: string): STSClient;
  iam(credentials: Credentials): IAMClient;
  organizations(credentials: Credentials): OrganizationsClient;
  account(credentials: Credentials): AccountClient;
  stop(): Promise<void>;
}

export async function startService(
  options: {
    readonly databaseUrl?: string;
    readonly outbound?: OutboundHttp;
    readonly clusters?: readonly Cluster[];
    readonly instances?: readonly Instance[];
  } = {},
): Promise<StartedService> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-test-'));
  const answered: Answered[] = [];
  const time: { aheadMs: number; stoppedAt: number | undefined } = { aheadMs: 0, stoppedAt: undefined };
  const now = (): number => time.stoppedAt ?? Date.now() + time.aheadMs;
  const accountId = '111122223333';
  const root = {
    accessKeyId: 'AKIAROOTROOTROOTROOT',
    secretAccessKey: 'root/secret+of/the+tests0000000000000000',
  };
  const house = await compose({
    dataDirectory,
    masterKeyFile: join(dataDirectory, 'master.key'),
    createMasterKey: true,
    databaseUrl: options.databaseUrl,
    domain: undefined,
    ...(options.outbound === undefined ? {} : { outbound: options.outbound }),
    ...(options.clusters === undefined ? {} : { clusters: options.clusters }),
    ...(options.instances === undefined ? {} : { instances: options.instances }),
    publicUrl: () => endpoint,
    writer: 'test-0',
    clock: now,
    onAnswered: (one) => answered.push(one),
    onBackgroundError: (error) => {
      throw error;
    },
  });
  await createFirstAccount(
    {
      accountName: 'management',
      accountId,
      rootAccessKey: { id: root.accessKeyId, secret: root.secretAccessKey },
    },
    { identity: house.identity, box: house.box, random: randomBytes, now: Date.now() },
  );
  const api = createApiServer({
    handle: async (request) => {
      const response = await house.answer(request);
      // The clients set their clocks by this header.
      return { ...response, headers: { ...response.headers, date: new Date(now()).toUTCString() } };
    },
    onConnectionError: () => undefined,
  });
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
  const clients: { destroy(): void }[] = [];
  const keep = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  const shared = (credentials: Credentials) => ({
    endpoint,
    credentials,
    region: 'us-east-1',
    maxAttempts: 1,
    systemClockOffset: now() - Date.now(),
  });
  const service: StartedService = {
    endpoint,
    dataDirectory,
    house,
    accountId,
    root,
    answered,
    get clockAheadMs() {
      return time.aheadMs;
    },
    set clockAheadMs(aheadMs) {
      time.aheadMs = aheadMs;
    },
    get stoppedAt() {
      return time.stoppedAt;
    },
    set stoppedAt(instant) {
      time.stoppedAt = instant;
    },
    now,
    sts: (credentials, region = 'us-east-1') => keep(new STSClient({ ...shared(credentials), region })),
    iam: (credentials) => keep(new IAMClient(shared(credentials))),
    organizations: (credentials) => keep(new OrganizationsClient(shared(credentials))),
    account: (credentials) => keep(new AccountClient(shared(credentials))),
    async stop() {
      for (const client of clients) client.destroy();
      await api.close(1000);
      await house.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
  return service;
}

/** Credentials as SDK clients take them, from an answer of STS. */
export function credentialsOf(answer: {
  readonly Credentials?:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
      }
    | undefined;
}): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw new Error('the answer carries no credentials');
  }
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
