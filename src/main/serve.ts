import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { auditNote } from '#core/audit';
import { createAdminServer } from '#servers/admin';
import { type ApiServer, createApiServer } from '#servers/api';
import { callerArn } from '#services/operation';
import { openAuditLog, settleAuditLog, trimAuditLog } from '#stores/audit-log';
import { openLocalDoors } from './authorizer.ts';
import { readCertificate, watchCertificate } from './certificate.ts';
import { compose, type House, writerName } from './compose.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import { createFirstAccount, writeRootCredentials } from './first-start.ts';
import { openLocalGateways } from './gateway.ts';
import { openLocalContainers, openLocalInstances } from './instance-metadata.ts';
import { LastUsed } from './last-used.ts';
import { openLog } from './log.ts';
import { createClusterMetrics, createMetrics, type Metrics, shareMetricsWithPrimary } from './metrics.ts';
import { openOutbound } from './open-outbound.ts';
import { formatHost, listen, signalled } from './process.ts';
import { readClusters } from './read-clusters.ts';
import type { Settings } from './settings/index.ts';
import { keepDelivering } from './trails.ts';
import { superviseWorkers } from './workers.ts';

const drainMs = 8000;
const lastUsedFlushMs = 60_000;
const feedEventsMs = 500;
const trimMs = 3_600_000;

/**
 * Runs the service until a signal ends it. One process does everything, or a primary keeps `workers` of them.
 * Prints exactly one line on stdout, once requests are answered. Rejects when it cannot start.
 */
export async function serve(settings: Settings): Promise<void> {
  const log = openLog(settings.logLevel);
  if (cluster.isWorker) await serveAsWorker(settings, log);
  else await serveAsPrimary(settings, log);
}

async function serveAsPrimary(settings: Settings, log: Logger): Promise<void> {
  const metrics = createMetrics();
  const unlock = await lockDataDirectory(settings.dataDirectory);
  const auditDirectory = join(settings.dataDirectory, 'audit');
  await settleAuditLog({
    directory: auditDirectory,
    clock: Date.now,
    running: new Set(),
    onFailure: (writer, error) =>
      log.error({ err: error, writer }, 'the audit log of an earlier process is broken: brevet audit verify'),
  });
  const open = await openProcess(settings, log, metrics, 0);
  const feeding = feedEventIndex(open.house, log);
  const trimming = keepTrimmed(settings, open.house, log);
  const first = { identity: open.house.identity, box: open.house.box, random: randomBytes, now: Date.now() };
  await createFirstAccount(settings, first);
  const single = settings.workers === 1;
  const workers = single
    ? undefined
    : await superviseWorkers(settings.workers, log, (worker) =>
        settleWriter(auditDirectory, writerName(worker), log),
      );
  const api = single ? startApi(settings, open.house, log) : undefined;
  const address =
    workers?.address ?? (api === undefined ? undefined : await listen(api.server, settings.listen));
  if (address !== undefined) open.listening.port = address.port;
  const endpoint = listenUrl(settings, open.listening.port);
  await writeRootCredentials(settings.dataDirectory, endpoint, settings.region, first);

  const admin = createAdminServer({
    ready: () => {
      const reasons = [
        ...(open.house.audit.healthy() ? [] : ['the audit log cannot be written']),
        ...(workers === undefined || workers.allListening() ? [] : ['not every worker is listening']),
      ];
      return { ready: reasons.length === 0, reasons };
    },
    registry: single ? metrics.registry : createClusterMetrics(),
    onError: (error) => log.error({ err: error }, 'admin request failed'),
  });
  await listen(admin, settings.adminListen);
  const doors = [
    ...(await openLocalDoors(settings.authorizers, open.house, log)),
    ...(await openLocalGateways(settings.gateways, open.house, log)),
    ...(await openLocalInstances(settings, open.house, log)),
    ...(await openLocalContainers(settings.containers, open.house, log)),
  ];
  const trails = await keepDelivering(settings, open.house, log);
  // Who reads the line may send a signal at once.
  const told = signalled(['SIGTERM', 'SIGINT']);
  process.stdout.write(`brevet ready on ${endpoint}\n`);
  await told;
  admin.close();
  await Promise.all([api?.close(drainMs), workers?.drain(drainMs), ...doors.map((door) => door.close())]);
  await trails.close();
  clearInterval(feeding);
  clearInterval(trimming);
  await open.close();
  unlock();
}

/** One process keeps the index of events up with the log, a little at a time: a busy service comes first. */
function feedEventIndex(house: House, log: Logger): NodeJS.Timeout {
  let isFeeding = false;
  return setInterval(() => {
    if (isFeeding) return;
    isFeeding = true;
    house.events
      .feed()
      .catch((error: unknown) => log.error({ err: error }, 'the index of events is behind'))
      .finally(() => {
        isFeeding = false;
      });
  }, feedEventsMs).unref();
}

/** Compresses and deletes old files of the audit log now and every hour, and says in the log what was deleted. */
function keepTrimmed(settings: Settings, house: House, log: Logger): NodeJS.Timeout {
  const trim = async (): Promise<void> => {
    const now = Date.now();
    const { compressed, deleted } = await trimAuditLog(
      join(settings.dataDirectory, 'audit'),
      settings.audit,
      now,
    );
    for (const file of compressed) log.info({ file }, 'file of the audit log compressed');
    if (deleted.length === 0) return;
    log.info({ deleted }, 'files of the audit log deleted');
    house.audit.appendLater(auditNote('old files were deleted', { deleted }, now));
  };
  const run = (): void => {
    trim().catch((error: unknown) => log.error({ err: error }, 'the audit log could not be trimmed'));
  };
  run();
  return setInterval(run, trimMs).unref();
}

/** Writes what became of the requests of a worker that died. It has an id that no other worker will have. */
function settleWriter(directory: string, writer: string, log: Logger): void {
  openAuditLog({ directory, writer, clock: Date.now })
    .then((audit) => audit.close())
    .catch((error: unknown) =>
      log.error({ err: error, writer }, 'the audit log of a dead worker is unsettled'),
    );
}

async function serveAsWorker(settings: Settings, log: Logger): Promise<void> {
  const metrics = createMetrics();
  shareMetricsWithPrimary(metrics);
  const { house, listening, close } = await openProcess(settings, log, metrics, cluster.worker?.id ?? 0);
  const api = startApi(settings, house, log);
  listening.port = (await listen(api.server, settings.listen)).port;
  // Ctrl-C reaches the whole process group; the primary says when to drain.
  process.on('SIGINT', () => log.debug('left to the primary'));
  await new Promise<void>((resolve) => {
    process.on('message', (message) => {
      if (message === 'drain') resolve();
    });
    process.once('disconnect', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await api.close(drainMs);
  await close();
  cluster.worker?.disconnect();
}

/** Opens the stores and the corridor of this process, with its logs, metrics and last-used dates. */
async function openProcess(
  settings: Settings,
  log: Logger,
  metrics: Metrics,
  worker: number,
): Promise<{
  readonly house: House;
  /** Where the process listens, once it does: the system chooses where the settings say port 0. */
  readonly listening: { port: number };
  close(): Promise<void>;
}> {
  const listening = { port: settings.listen.port };
  const onBackgroundError = (error: unknown): void => log.error({ err: error }, 'background work failed');
  let lastUsed: LastUsed | undefined;
  const house = await compose({
    dataDirectory: settings.dataDirectory,
    masterKeyFile: settings.masterKeyFile ?? join(settings.dataDirectory, 'master.key'),
    createMasterKey: settings.masterKeyFile === undefined,
    databaseUrl: settings.databaseUrl,
    region: settings.region,
    outbound: openOutbound(settings.outbound),
    domain: settings.endpointDomain,
    clusters: readClusters(settings.clusters),
    instances: settings.instances,
    publicUrl: () => settings.publicUrl ?? listenUrl(settings, listening.port),
    signInDestinations: settings.signInDestinations,
    writer: writerName(worker),
    onBackgroundError,
    watchAudit: metrics.watchAudit,
    onAnswered: (answered) => {
      const ms = Date.now() - answered.receivedAt;
      metrics.observe(answered, ms / 1000);
      lastUsed?.note(answered);
      const { requestId, service, operation, status, fault, refusal, authenticated } = answered;
      const code = fault?.code ?? refusal;
      // The log leaves out what is undefined.
      const line = {
        requestId,
        service,
        operation,
        status,
        ms,
        caller: authenticated === undefined ? undefined : callerArn(authenticated.caller),
        code,
        reason: fault?.text,
      };
      // Only what nobody planned for carries its cause: a refusal's message already says everything.
      if (code === 'InternalFailure' || code === 'InternalError' || code === 'ServiceUnavailable') {
        log.error({ ...line, err: answered.cause }, 'request failed');
      } else log.info(line, 'request');
    },
  });
  lastUsed = new LastUsed(house.identity);
  const flushing = setInterval(() => lastUsed.flush().catch(onBackgroundError), lastUsedFlushMs).unref();
  return {
    house,
    listening,
    async close() {
      clearInterval(flushing);
      await lastUsed.flush().catch(onBackgroundError);
      await house.close();
      log.flush();
    },
  };
}

function listenUrl({ tls, listen: { host } }: Settings, port: number): string {
  return `${tls === undefined ? 'http' : 'https'}://${formatHost(host)}:${port}`;
}

function startApi(settings: Settings, house: House, log: Logger): ApiServer {
  const { tls } = settings;
  const api = createApiServer({
    handle: house.answer,
    ...(tls === undefined ? {} : { tls: readCertificate(tls) }),
    onConnectionError: (error) => log.debug({ err: error }, 'connection failed'),
  });
  if (tls !== undefined) watchCertificate(tls, api, log);
  return api;
}
