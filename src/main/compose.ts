import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '#core/time';
import { issuerOrigin, issuerUrl } from '#core/web-identity';
import {
  type Answered,
  type CallThrough,
  createDataEventRecorder,
  createDoorway,
  createPersonEntry,
  createPipeline,
  createServiceEntry,
  createSignInEntry,
  type EnterAsService,
  type Handle,
  NoiseLimit,
  type RecordDataEvent,
  recordLeftOut,
  type ServiceTables,
  type WireRequest,
  type WireResponse,
} from '#pipeline';
import { CallerCache, createAuthorizer, createLocalIssuer } from '#servers/authorizer';
import { createOAuthDoor } from '#servers/oauth';
import { createSignInDoor, isForSignIn } from '#servers/signin';
import { createTrailBucketDoor, isSignedForS3 } from '#servers/trail-bucket';
import { createIssuerDocuments } from '#servers/web-identity';
import { account } from '#services/account';
import { brevet } from '#services/brevet';
import { cloudtrail } from '#services/cloudtrail';
import { eks } from '#services/eks';
import { eksAuth } from '#services/eks-auth';
import { iam, rotateWebIdentityKeys } from '#services/iam';
import {
  type AssumeForService,
  type Cluster,
  GuessLimit,
  type Instance,
  ProviderKeys,
} from '#services/operation';
import { organizations } from '#services/organizations';
import { rolesanywhere } from '#services/rolesanywhere';
import { assumeRoleForService, forgetUsedAssertions, sts } from '#services/sts';
import { type AuditLog, type EventIndex, openAuditLog, openEventIndex } from '#stores/audit-log';
import {
  type IdentityStore,
  openIdentityStore,
  openPostgresEngine,
  openSqliteEngine,
} from '#stores/identity';
import { createKeyring, createSecretBox, type Keyring, loadMasterKey, type SecretBox } from '#stores/keyring';
import { createAddressGuard, type OutboundHttp, openOutboundHttp } from '#stores/outbound-http';
import { openLocalBuckets } from '#stores/trail-store';
import { createRandomPool } from './random-pool.ts';

/** Every service of the endpoint. The sweeps walk these tables: an operation that stands in one is swept. */
export const services = {
  sts,
  iam,
  organizations,
  account,
  cloudtrail,
  rolesanywhere,
  brevet,
  eks,
  'eks-auth': eksAuth,
} satisfies ServiceTables;

/** What it takes to compose one process. */
export interface ComposeOptions {
  readonly dataDirectory: string;
  readonly masterKeyFile: string;
  /** Whether to make the master key when neither its file nor the embedded database exists: a new key opens nothing of an old database. */
  readonly createMasterKey: boolean;
  /** `postgres://…`; the embedded database without. */
  readonly databaseUrl: string | undefined;
  readonly domain: string | undefined;
  /** The Region of unsigned requests whose host names none; us-east-1 without. */
  readonly region?: string;
  /** Without, only public addresses may be called, and only the authorities of the runtime count. */
  readonly outbound?: OutboundHttp;
  /** The Kubernetes clusters whose pods get credentials; none without. */
  readonly clusters?: readonly Cluster[];
  /** The instances whose agents get credentials; none without. */
  readonly instances?: readonly Instance[];
  /** The URL at which others reach the endpoint, without a slash at its end; asked only while requests are answered. */
  readonly publicUrl: () => string;
  /** Origins other than the endpoint's own to which a browser may be sent once it is signed in. */
  readonly signInDestinations?: readonly string[];
  /** The system's clock unless a test owns time. */
  readonly clock?: Clock;
  /** Names this process's audit files; no two running processes share it. */
  readonly writer: string;
  readonly onAnswered: (answered: Answered) => void;
  /** Told of every group of audit records, for metrics. */
  readonly watchAudit?: (records: number) => (succeeded: boolean) => void;
  /** Told of failures of background work: following the database, rotating keys, writing last-used dates. */
  readonly onBackgroundError: (error: unknown) => void;
}

/** One process of the service, its engines chosen and opened. */
export interface House {
  /** The corridor. */
  readonly handle: Handle;
  /** For doors of this process that prove and decide by themselves. */
  readonly callThrough: CallThrough;
  /** Writes what was done to objects, for the trails that want it. */
  readonly recordDataEvent: RecordDataEvent;
  /** For doors of this process that stand where AWS has a service. */
  readonly enterAsService: EnterAsService;
  /** Answers whatever comes to the endpoint: by the corridor, or by the door to the buckets of trails what is signed for S3. */
  readonly answer: (request: WireRequest) => Promise<WireResponse<string | Uint8Array>>;
  readonly identity: IdentityStore;
  readonly box: SecretBox;
  readonly keyring: Keyring;
  readonly audit: AuditLog;
  readonly events: EventIndex;
  close(): Promise<void>;
}

const keyCheckMs = 600_000;
const leftOutMs = 60_000;
const forgetMs = 60_000;
const doorStalenessSeconds = 60;
/** LookupEvents looks back ninety days. */
const lookupSeconds = 90 * 86_400;

/** Opens the stores and joins them with the services to the corridor. The only place that picks engines, a clock and randomness. */
export async function compose(options: ComposeOptions): Promise<House> {
  const { dataDirectory, onBackgroundError } = options;
  const clock = options.clock ?? Date.now;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const databaseFile = join(dataDirectory, 'brevet.db');
  const box = createSecretBox(
    await loadMasterKey({
      file: options.masterKeyFile,
      create: options.createMasterKey && !existsSync(databaseFile),
    }),
    randomBytes,
  );
  const engine =
    options.databaseUrl === undefined
      ? await openSqliteEngine({ file: databaseFile })
      : await openPostgresEngine({ url: options.databaseUrl });
  const identity = await openIdentityStore(engine, onBackgroundError);
  const keyring = createKeyring({
    load: () => [...identity.state.all('token-key').values()],
    add: (decide) =>
      identity.write(({ state, put, delete: remove }) => {
        const present = [...state.all('token-key').values()];
        const { add, remove: over } = decide(present);
        if (add !== undefined) put('token-key', add);
        for (const id of over) remove('token-key', id);
      }),
    box,
    clock,
    random: randomBytes,
  });
  await keyring.ensure();
  // Unwraps a key now: a master key that is not this database's stops the start instead of the first request.
  keyring.current();
  const rotateKeys = async (): Promise<void> => {
    await keyring.ensure();
    await rotateWebIdentityKeys(clock(), { identity, box });
  };
  await rotateWebIdentityKeys(clock(), { identity, box });
  const rotation = setInterval(() => rotateKeys().catch(onBackgroundError), keyCheckMs).unref();
  const audit = await openAuditLog({
    directory: join(dataDirectory, 'audit'),
    writer: options.writer,
    clock,
    ...(options.watchAudit === undefined ? {} : { watch: options.watchAudit }),
  });
  const events = openEventIndex({
    directory: join(dataDirectory, 'audit'),
    file: join(dataDirectory, 'audit-index.db'),
    oldest: () => Math.floor(clock() / 1000) - lookupSeconds,
  });
  const noise = new NoiseLimit();
  const counting = setInterval(() => recordLeftOut(audit, clock(), noise), leftOutMs).unref();
  const forgetting = setInterval(
    () => forgetUsedAssertions(clock(), identity).catch(onBackgroundError),
    forgetMs,
  ).unref();
  const urlOfIssuer = (id: string): string =>
    issuerUrl(issuerOrigin(options.publicUrl(), options.domain), id);
  const entryPorts = { identity, keyring, audit, noise, clock, random: createRandomPool() };
  const enterAsService = createServiceEntry(entryPorts);
  const assumeForService: AssumeForService = (call, session) =>
    enterAsService(call, assumeRoleForService, session);
  const outbound = options.outbound ?? openOutboundHttp({ guard: createAddressGuard([]), authorities: [] });
  const ports = {
    ...entryPorts,
    guesses: new GuessLimit(),
    box,
    events,
    issuerUrl: urlOfIssuer,
    providerKeys: new ProviderKeys(outbound, clock),
    clusters: options.clusters ?? [],
    instances: options.instances ?? [],
    assumeForService,
  };
  const pipeline = createPipeline({
    ...ports,
    services,
    region: options.region ?? 'us-east-1',
    domain: options.domain,
    ownUrl: options.publicUrl,
    onAnswered: options.onAnswered,
  });
  const signIn = createSignInDoor({
    entry: createSignInEntry(ports),
    publicUrl: options.publicUrl,
    destinations: options.signInDestinations ?? [],
    clock,
    random: ports.random,
    onAnswered: options.onAnswered,
  });
  const documents = createIssuerDocuments({
    state: identity.state,
    domain: options.domain,
    issuerUrl: urlOfIssuer,
    clock,
    random: ports.random,
    onAnswered: options.onAnswered,
  });
  const people = createOAuthDoor({
    enter: createPersonEntry(ports),
    clock,
    random: ports.random,
    publicUrl: options.publicUrl,
    region: options.region ?? 'us-east-1',
    onAnswered: options.onAnswered,
  });
  const handle: Handle = async (request) =>
    isForSignIn(request)
      ? await signIn(request)
      : (documents(request) ?? (await (people(request) ?? pipeline(request))));
  const callers = new CallerCache({
    issuer: createLocalIssuer({ identity, box, findTokenKey: (id) => keyring.find(id), clock }),
    clock,
    maxStalenessSeconds: doorStalenessSeconds,
  });
  const recordDataEvent = createDataEventRecorder(ports);
  const door = createTrailBucketDoor({
    authorizer: createAuthorizer({ callers, service: 's3', clock, dialect: 's3' }),
    identity,
    buckets: openLocalBuckets(trailDirectories(dataDirectory).buckets),
    clock,
    random: ports.random,
    domain: options.domain,
    recordDataEvent,
    onAnswered: options.onAnswered,
  });
  return {
    handle,
    callThrough: createDoorway(ports),
    recordDataEvent,
    enterAsService,
    answer: (request) => (isSignedForS3(request) ? door(request) : handle(request)),
    identity,
    box,
    keyring,
    audit,
    events,
    async close() {
      clearInterval(rotation);
      await callers.close();
      clearInterval(counting);
      clearInterval(forgetting);
      recordLeftOut(audit, clock(), noise, true);
      await events.close();
      await audit.close();
      await identity.close();
    },
  };
}

/** Where trails are kept: what is on its way to their buckets, and the buckets that stand in for S3. */
export function trailDirectories(dataDirectory: string): {
  readonly spool: string;
  readonly buckets: string;
} {
  const directory = join(dataDirectory, 'trails');
  return { spool: join(directory, 'spool'), buckets: join(directory, 'buckets') };
}

/** A name for this process's files that no other process of this machine has while it runs. */
export function writerName(worker: number): string {
  return `${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')}-${worker}`;
}
