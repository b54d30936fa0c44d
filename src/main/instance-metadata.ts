import { randomBytes, randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import type { Logger } from 'pino';
import { closeServer } from '#servers/api';
import { credentialsOfChain } from '#servers/authorizer';
import {
  createCertificateSource,
  createContainerCredentials,
  createInstanceMetadata,
  createLocalSource,
  createPodCredentials,
  createPodExchange,
  createRemoteSource,
  ensureIdentityKey,
  type InstanceMetadataOptions,
  openRemoteInstance,
  type RemoteInstance,
} from '#servers/instance-metadata';
import type { OpenDoor } from './authorizer.ts';
import type { House } from './compose.ts';
import { openLog } from './log.ts';
import { formatHost, listen, signalled } from './process.ts';
import {
  type ContainerSettings,
  type ListenAddress,
  type PodAgentSettings,
  type RemoteInstanceSettings,
  type Settings,
  SettingsError,
} from './settings/index.ts';
import { readSigningCertificate } from './signing-certificate.ts';

const drainMs = 8000;
/** How often doors look whether something is to be renewed. */
const renewalCheckMs = 1000;
const jitterSteps = 1_000_000;

/**
 * Opens the metadata of the settings' instances inside the service. What their identity documents are verified with is written to the data
 * directory: the key to `instance-identity.pem`, its certificate to `instance-identity-certificate.pem`.
 */
export async function openLocalInstances(
  { instances, dataDirectory }: Pick<Settings, 'instances' | 'dataDirectory'>,
  house: Pick<House, 'identity' | 'box' | 'enterAsService'>,
  log: Logger,
): Promise<readonly OpenDoor[]> {
  const opened = instances.flatMap((one) =>
    one.listen === undefined ? [] : [{ ...one, listen: one.listen }],
  );
  if (opened.length === 0) return [];
  const { sign, publicKey, certificate } = await ensureIdentityKey(house);
  await writeFile(join(dataDirectory, 'instance-identity.pem'), publicKey);
  await writeFile(join(dataDirectory, 'instance-identity-certificate.pem'), certificate);
  const doors: OpenDoor[] = [];
  for (const instance of opened) {
    const facts = { ...instance.facts, startedAt: Date.now() };
    const source = createLocalSource({
      identity: house.identity,
      enter: house.enterAsService,
      facts,
      profileArn: instance.profileArn,
    });
    doors.push(await openInstance({ ...instance, facts, source, sign }, log));
  }
  return doors;
}

/**
 * Runs the metadata of the host it is on until a signal ends it, known by the host's own credentials: with the role of an instance of the
 * service, or with one that they assume; or with one had by its certificate. Prints exactly one line on stdout, once it listens. Rejects
 * when the service has nothing for the instance.
 */
export async function serveInstance(settings: RemoteInstanceSettings): Promise<void> {
  const log = openLog(settings.logLevel);
  const { instance, source, held } = await findRemote(settings);
  const facts = { ...instance, startedAt: Date.now() };
  await untilSignalled(
    await openInstance({ ...settings, facts, source, held, sign: undefined }, log),
    settings,
  );
}

/**
 * Runs the endpoint of the pods of the node it is on until a signal ends it; their tokens are exchanged with the node's own credentials. Prints
 * exactly one line on stdout, once it listens.
 */
export async function servePods(settings: PodAgentSettings): Promise<void> {
  const log = openLog(settings.logLevel);
  const { server, renewIfDue } = createPodCredentials({
    exchange: createPodExchange({
      url: settings.issuer,
      credentials: credentialsOfChain(),
      region: settings.region,
      clock: Date.now,
      clusterName: settings.cluster,
    }),
    hosts: [],
    clock: Date.now,
    jitter,
    onFailure: (error) => log.error({ code: error.code, err: error }, 'no credentials for a pod'),
  });
  await untilSignalled(await openDoor(server, renewIfDue, settings.listen), settings);
}

async function untilSignalled(
  door: OpenDoor,
  { listen: { host } }: { readonly listen: ListenAddress },
): Promise<void> {
  const told = signalled(['SIGTERM', 'SIGINT']);
  process.stdout.write(`brevet imds ready on http://${formatHost(host)}:${door.port}\n`);
  await told;
  await door.close();
}

/** The host's instance, and where its credentials come from. Rejects with CredentialsUnavailable. */
async function findRemote(
  settings: RemoteInstanceSettings,
): Promise<Omit<RemoteInstance, 'held'> & Pick<InstanceMetadataOptions, 'held'>> {
  const { issuer: url, role, instanceId, region } = settings;
  const asked = { url, credentials: credentialsOfChain(), region, clock: Date.now };
  if (role === undefined) return await openRemoteInstance({ ...asked, instanceId });
  const { arn: roleArn, durationSeconds, anywhere, facts: instance } = role;
  const source =
    anywhere === undefined
      ? createRemoteSource({ ...asked, roleArn, sessionName: instanceId, durationSeconds })
      : createCertificateSource({
          url,
          roleArn,
          durationSeconds,
          clock: Date.now,
          certificate: () => readSigningCertificate(anywhere),
          trustAnchorArn: anywhere.trustAnchorArn,
          profileArn: anywhere.profileArn,
        });
  return { instance, source };
}

/** Opens the metadata of one instance, and keeps its credentials renewed until it is closed. */
async function openInstance(
  {
    listen: address,
    ...instance
  }: Pick<InstanceMetadataOptions, 'facts' | 'source' | 'held' | 'tokens' | 'hosts' | 'sign'> & {
    readonly listen: ListenAddress;
  },
  log: Logger,
): Promise<OpenDoor> {
  const { server, renewIfDue } = createInstanceMetadata({
    ...instance,
    clock: Date.now,
    random: randomBytes,
    jitter,
    onRefused: (refused) => log.info(refused, 'metadata request refused'),
    onFailure: (id, error) =>
      log.error({ instance: id, code: error.code, err: error }, 'no credentials for an instance'),
  });
  return openDoor(server, renewIfDue, address);
}

/** Opens the endpoints of the settings' containers inside the service. Rejects with SettingsError for a token that is none. */
export async function openLocalContainers(
  settings: readonly ContainerSettings[],
  { identity, enterAsService }: Pick<House, 'identity' | 'enterAsService'>,
  log: Logger,
): Promise<readonly OpenDoor[]> {
  const doors: OpenDoor[] = [];
  for (const { listen: address, hosts, region, tasks } of settings) {
    const known = await Promise.all(
      tasks.map(async ({ tokenFile, ...task }) => ({ ...task, token: await readToken(tokenFile) })),
    );
    if (new Set(known.map(({ token }) => token)).size < known.length)
      throw new SettingsError(['containers: two tasks have one token']);
    const { server, renewIfDue } = createContainerCredentials({
      tasks: known,
      region,
      hosts,
      identity,
      enter: enterAsService,
      clock: Date.now,
      jitter,
      onFailure: (task, error) =>
        log.error({ task, code: error.code, err: error }, 'no credentials for a task'),
    });
    doors.push(await openDoor(server, renewIfDue, address));
  }
  return doors;
}

/** The token in a file; a closing line break is not part of it. */
async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  if (/^[!-~]{32,4096}$/.test(token)) return token;
  throw new SettingsError([`${file}: expected a token of 32 to 4096 visible ASCII characters`]);
}

async function openDoor(server: Server, renewIfDue: () => void, address: ListenAddress): Promise<OpenDoor> {
  const { port } = await listen(server, address);
  const renewing = setInterval(renewIfDue, renewalCheckMs).unref();
  return {
    port,
    async close() {
      clearInterval(renewing);
      await closeServer(server, drainMs);
    },
  };
}

/** From 0 up to 1, evenly. */
function jitter(): number {
  return randomInt(jitterSteps) / jitterSteps;
}
