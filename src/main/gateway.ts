import type { Logger } from 'pino';
import type { Clock } from '#core/time';
import { CallerCache, createAuthorizer, createLocalIssuer } from '#servers/authorizer';
import { createGatewayServer, createLocalBuckets, type GatewayAnswered } from '#servers/gateway';
import type { OpenDoor } from './authorizer.ts';
import type { House } from './compose.ts';
import { listen } from './process.ts';
import type { GatewaySettings } from './settings/index.ts';

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
  const { ownerAccount, domain, upstream } = settings;
  const callers = new CallerCache({
    issuer: createLocalIssuer({ identity, box, findTokenKey: (id) => keyring.find(id), clock }),
    clock,
    maxStalenessSeconds,
  });
  const gateway = createGatewayServer({
    authorizer: createAuthorizer({ callers, service: 's3', dialect: 's3', clock }),
    registry: createLocalBuckets({ identity, ownerAccount, callThrough }),
    ownerAccount,
    domain,
    clock,
    store: {
      endpoint: upstream.endpoint,
      region: upstream.region,
      credentials: { accessKeyId: upstream.accessKeyId, secretAccessKey: upstream.secretAccessKey },
      addressing: upstream.addressing,
    },
    onAnswered: (answered) => logAnswered(log, answered),
    onConnectionError: (error) => log.debug({ err: error }, 'connection failed'),
  });
  const { port } = await listen(gateway.server, settings.listen);
  return {
    port,
    async close() {
      await gateway.close(drainMs);
      await callers.close();
    },
  };
}

function logAnswered(log: Log, { cause, ...answered }: GatewayAnswered): void {
  const line = { door: 's3', ...answered };
  if (answered.code === 'InternalError' || answered.code === 'ServiceUnavailable')
    log.error({ ...line, err: cause }, 'request failed');
  else log.info(line, 'request');
}
