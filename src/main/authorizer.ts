import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { type AccountId, accountOfAccessKeyId } from '#core/identifiers';
import type { Clock } from '#core/time';
import { closeServer } from '#servers/api';
import {
  type Authorizer,
  CallerCache,
  type CallerCacheOptions,
  createAuthorizer,
  createLocalIssuer,
  createRemoteIssuer,
  credentialsOfChain,
  type Issuer,
  type ServiceCallsOptions,
} from '#servers/authorizer';
import { createForwardAuthServer, type Decided, parseRoute } from '#servers/forward-auth';
import type { House } from './compose.ts';
import { openLog } from './log.ts';
import { formatHost, listen, signalled } from './process.ts';
import { type AuthorizerSettings, type RemoteAuthorizerSettings, SettingsError } from './settings/index.ts';

const drainMs = 8000;

type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A door that listens. */
export interface OpenDoor {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the doors of the settings inside the service: they read its state and hear of every change at once. */
export async function openLocalDoors(
  settings: readonly AuthorizerSettings[],
  house: House,
  log: Log,
): Promise<readonly OpenDoor[]> {
  const { identity, box, keyring } = house;
  const issuer = createLocalIssuer({
    identity,
    box,
    findTokenKey: (id) => keyring.find(id),
    clock: Date.now,
  });
  const doors: OpenDoor[] = [];
  for (const one of settings) {
    const ownerAccount = one.ownerAccount ?? firstAccount(house);
    doors.push(await openDoor({ ...one, ownerAccount }, issuer, log, Date.now));
  }
  return doors;
}

/** The account that Brevet began with. */
function firstAccount({ identity }: House): AccountId {
  const [first] = identity.state
    .all('account')
    .list('')
    .toSorted((one, other) => one.createdAt - other.createdAt);
  if (first === undefined) throw new Error('there is no account that could own what an authorizer guards');
  return first.id;
}

/**
 * Runs one door as a process of its own until a signal ends it. Prints exactly one line on stdout, once it listens.
 * Rejects with SettingsError when nothing says whose the API is.
 */
export async function serveAuthorizer(settings: RemoteAuthorizerSettings): Promise<void> {
  const log = openLog(settings.logLevel);
  const credentials = credentialsOfChain();
  const { accessKeyId } = await credentials();
  const ownerAccount = settings.ownerAccount ?? accountOfAccessKeyId(accessKeyId);
  if (ownerAccount === undefined)
    throw new SettingsError([
      '--owner-account: expected the account that owns the API: the access key names none',
    ]);
  const calls = { url: settings.issuer, credentials, region: settings.region, clock: Date.now };
  const door = await openRemoteDoor({ ...settings, ownerAccount }, calls, log, Date.now);
  const told = signalled(['SIGTERM', 'SIGINT']);
  process.stdout.write(
    `brevet authorizer ready on http://${formatHost(settings.listen.host)}:${door.port}\n`,
  );
  await told;
  await door.close();
}

/** Opens a door whose issuer is elsewhere. */
export async function openRemoteDoor(
  settings: AuthorizerSettings & { readonly ownerAccount: string },
  calls: ServiceCallsOptions,
  log: Log,
  clock: Clock,
): Promise<OpenDoor> {
  return await openDoor(settings, createRemoteIssuer(calls), log, clock);
}

async function openDoor(
  settings: AuthorizerSettings & { readonly ownerAccount: string },
  issuer: Issuer,
  log: Log,
  clock: Clock,
): Promise<OpenDoor> {
  const onIssuer: CallerCacheOptions['onIssuer'] = (state, cause) =>
    state === 'away' ? log.warn({ err: cause }, 'the issuer is away') : log.info('the issuer is back');
  const callers = new CallerCache({
    issuer,
    clock,
    maxStalenessSeconds: settings.maxStalenessSeconds,
    onIssuer,
  });
  const { service, region } = settings;
  const authorizer = createAuthorizer({ callers, service, region, clock });
  const server = createDoor(settings, authorizer, callers, log);
  try {
    const { port } = await listen(server, settings.listen);
    return {
      port,
      async close() {
        await closeServer(server, drainMs);
        await callers.close();
      },
    };
  } catch (error) {
    await callers.close();
    throw error;
  }
}

function createDoor(
  settings: AuthorizerSettings & { readonly ownerAccount: string },
  authorizer: Authorizer,
  callers: CallerCache,
  log: Log,
): Server {
  const { region, ownerAccount, api, stage, routes, proxy, clientAddressHeader, secureTransport } = settings;
  return createForwardAuthServer({
    authorizer,
    api: { region, ownerAccount, api, stage },
    proxy,
    routes: routes?.map(parseRoute),
    clientAddressHeader,
    secureTransport,
    isCurrent: () => callers.isCurrent(),
    onDecided: (decided) => logDecided(log, decided),
  });
}

function logDecided(log: Log, decided: Decided): void {
  const { requestId, status, ms, method, path, caller, code, reason, cause } = decided;
  // The log leaves out what is undefined. What a refusal rests on is nobody's business but where nothing could be decided.
  const line = { requestId, status, ms, method, path, caller, code, reason };
  if (status === 503) log.error({ ...line, err: cause }, 'request not decided');
  else log.info(line, 'request decided');
}
