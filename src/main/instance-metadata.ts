import { randomBytes, randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { closeServer } from '#servers/api';
import {
  type CredentialSource,
  createInstanceMetadata,
  createLocalSource,
  ensureIdentityKey,
  type InstanceFacts,
  type InstanceMetadataOptions,
} from '#servers/instance-metadata';
import type { OpenDoor } from './authorizer.ts';
import type { House } from './compose.ts';
import { listen } from './process.ts';
import type { InstanceSettings, Settings } from './settings/index.ts';

const drainMs = 8000;
/** How often doors look whether something is to be renewed. */
const renewalCheckMs = 1000;
const jitterSteps = 1_000_000;

/**
 * Opens the metadata of the settings' instances inside the service. The key that their identity documents are verified with is written to
 * `instance-identity.pem` in the data directory.
 */
export async function openLocalInstances(
  { instances, dataDirectory }: Pick<Settings, 'instances' | 'dataDirectory'>,
  house: Pick<House, 'identity' | 'box' | 'enterAsService'>,
  log: Logger,
): Promise<readonly OpenDoor[]> {
  if (instances.length === 0) return [];
  const { sign, publicKey } = await ensureIdentityKey(house);
  await writeFile(join(dataDirectory, 'instance-identity.pem'), publicKey);
  const doors: OpenDoor[] = [];
  for (const instance of instances) {
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

/** Opens the metadata of one instance, and keeps its credentials renewed until it is closed. */
async function openInstance(
  instance: Pick<InstanceSettings, 'listen' | 'tokens' | 'hosts'> & {
    readonly facts: InstanceFacts;
    readonly source: CredentialSource;
    readonly sign: InstanceMetadataOptions['sign'];
  },
  log: Logger,
): Promise<OpenDoor> {
  const { facts, source, tokens, hosts, sign } = instance;
  const { server, renewIfDue } = createInstanceMetadata({
    facts,
    source,
    tokens,
    hosts,
    sign,
    clock: Date.now,
    random: randomBytes,
    jitter,
    onRefused: (refused) => log.info(refused, 'metadata request refused'),
    onFailure: (id, error) =>
      log.error({ instance: id, code: error.code, err: error }, 'no credentials for an instance'),
  });
  const { port } = await listen(server, instance.listen);
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
