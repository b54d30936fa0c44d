import type { Logger } from 'pino';
import type { Clock, Instant } from '#core/time';
import type { DataRequest, RecordDataEvent } from '#pipeline';
import {
  CallerCache,
  createAuthorizer,
  createLocalIssuer,
  createRemoteIssuer,
  createServiceCalls,
  credentialsOfChain,
  type ServiceCallsOptions,
} from '#servers/authorizer';
import {
  type BucketRegistry,
  createGatewayServer,
  createLocalBuckets,
  createRemoteBuckets,
  type GatewayAnswered,
  type GatewayAsked,
} from '#servers/gateway';
import type { OpenDoor } from './authorizer.ts';
import { readCertificate, watchCertificate } from './certificate.ts';
import type { House } from './compose.ts';
import { openLog } from './log.ts';
import { formatHost, listen, signalled } from './process.ts';
import type { GatewaySettings, RemoteGatewaySettings } from './settings/index.ts';

const drainMs = 8000;
/** In one process nothing is heard of late. */
const maxStalenessSeconds = 60;

type Log = Pick<Logger, 'info' | 'error' | 'debug'>;

/** Opens the gateways of the settings inside the service. Rejects when one cannot listen. */
export async function openLocalGateways(
  settings: readonly GatewaySettings[],
  house: House,
  log: Log,
): Promise<readonly OpenDoor[]> {
  const doors: OpenDoor[] = [];
  for (const one of settings) doors.push(await openLocalGateway(one, house, log, Date.now));
  return doors;
}

/** Opens a gateway whose issuer is this process. */
export async function openLocalGateway(
  settings: GatewaySettings,
  house: House,
  log: Log,
  clock: Clock,
): Promise<OpenDoor> {
  const { identity, box, keyring, callThrough } = house;
  const { ownerAccount } = settings;
  const callers = new CallerCache({
    issuer: createLocalIssuer({ identity, box, findTokenKey: (id) => keyring.find(id), clock }),
    clock,
    maxStalenessSeconds,
  });
  const registry = createLocalBuckets({ identity, ownerAccount, callThrough });
  const { recordDataEvent } = house;
  return await openGateway(settings, { callers, registry, recordDataEvent }, log, clock);
}

/**
 * Runs gateways as a process of its own until a signal ends it. Prints one line on stdout for each, once all of them listen.
 * Rejects when one cannot.
 */
export async function serveGateway(settings: RemoteGatewaySettings): Promise<void> {
  const log = openLog(settings.logLevel);
  const credentials = credentialsOfChain();
  await credentials();
  const calls = { url: settings.issuer, credentials, region: settings.region, clock: Date.now };
  const doors: OpenDoor[] = [];
  for (const one of settings.gateways)
    doors.push(await openRemoteGateway(one, { calls, ...settings }, log, Date.now));
  const told = signalled(['SIGTERM', 'SIGINT']);
  for (const [index, { port }] of doors.entries()) {
    const { listen: address, tls } = settings.gateways[index] ?? {};
    const scheme = tls === undefined ? 'http' : 'https';
    process.stdout.write(`brevet gateway ready on ${scheme}://${formatHost(address?.host ?? '')}:${port}\n`);
  }
  await told;
  await Promise.all(doors.map((door) => door.close()));
}

/** Opens a gateway whose issuer is elsewhere. */
export async function openRemoteGateway(
  settings: GatewaySettings,
  issuer: { readonly calls: ServiceCallsOptions; readonly maxStalenessSeconds: number },
  log: Log,
  clock: Clock,
): Promise<OpenDoor> {
  const { ownerAccount } = settings;
  const registry = createRemoteBuckets({
    call: createServiceCalls(issuer.calls),
    ownerAccount,
    isCurrent: () => callers.isCurrent(),
  });
  const callers = new CallerCache({
    issuer: createRemoteIssuer(issuer.calls),
    clock,
    maxStalenessSeconds: issuer.maxStalenessSeconds,
    onIssuer: (state, cause) =>
      state === 'away' ? log.error({ err: cause }, 'the issuer is away') : log.info('the issuer is back'),
    onChanges: (changes) => registry.learn(changes),
  });
  return await openGateway(settings, { callers, registry }, log, clock);
}

/** What a gateway knows of the service. */
interface Service {
  readonly callers: CallerCache;
  readonly registry: BucketRegistry;
  /** Absent where the audit log is elsewhere. */
  readonly recordDataEvent?: RecordDataEvent;
}

async function openGateway(
  settings: GatewaySettings,
  { callers, registry, recordDataEvent }: Service,
  log: Log,
  clock: Clock,
): Promise<OpenDoor> {
  const { listen: address, ownerAccount, domain, tls, upstream } = settings;
  const gateway = createGatewayServer({
    authorizer: createAuthorizer({ callers, service: 's3', dialect: 's3', clock }),
    registry,
    ownerAccount,
    domain,
    clock,
    ...(tls === undefined ? {} : { tls: readCertificate(tls) }),
    store: {
      endpoint: upstream.endpoint,
      region: upstream.region,
      credentials: { accessKeyId: upstream.accessKeyId, secretAccessKey: upstream.secretAccessKey },
      addressing: upstream.addressing,
    },
    onAnswered: (answered, asked) => {
      logAnswered(log, answered);
      if (asked !== undefined)
        recordDataEvent?.(dataRequest(answered, asked, settings, clock() - answered.ms));
    },
    onConnectionError: (error) => log.debug({ err: error }, 'connection failed'),
  });
  try {
    const { port } = await listen(gateway.server, address);
    if (tls !== undefined) watchCertificate(tls, gateway, log);
    return {
      port,
      async close() {
        await gateway.close(drainMs);
        await callers.close();
      },
    };
  } catch (error) {
    await callers.close();
    throw error;
  }
}

function logAnswered(log: Log, { cause, ...answered }: GatewayAnswered): void {
  const line = { door: 's3', ...answered };
  if (answered.code === 'InternalError' || answered.code === 'ServiceUnavailable')
    log.error({ ...line, err: cause }, 'request failed');
  else log.info(line, 'request');
}

function dataRequest(
  { code, reason, status, requestId }: GatewayAnswered,
  { asker, request, ...wire }: GatewayAsked,
  { ownerAccount, upstream }: GatewaySettings,
  receivedAt: Instant,
): DataRequest {
  const { requester, sessionToken, authType } = asker;
  const { operation, bucket, key, query } = request;
  return {
    operation,
    bucket,
    key,
    query,
    ...(requester === undefined ? {} : { requester: { ...requester.caller, sessionToken } }),
    authType,
    ownerAccount,
    // Of the store and not of the signature: which trails look there is not for the client to choose.
    region: upstream.region,
    receivedAt,
    requestId,
    status,
    ...(code === undefined ? {} : { refusal: { code, message: reason ?? '' } }),
    request: { ...wire, body: new Uint8Array() },
  };
}
