/**
 * The service over a data directory, without its own log: `audited` as it is, `unaudited` with an audit log that keeps nothing and says at
 * once that it has. Tells its port over IPC; with more than one worker, a cluster over one port, whose primary keeps the index of events.
 */
import cluster from 'node:cluster';
import { join } from 'node:path';
import process from 'node:process';
import { createPipeline, type Handle, NoiseLimit } from '#pipeline';
import { createApiServer } from '#servers/api';
import { GuessLimit } from '#services/operation';
import type { AuditLog } from '#stores/audit-log';
import { compose, type House, services } from '../../src/main/compose.ts';
import { createRandomPool } from '../../src/main/random-pool.ts';
import { absentPorts } from '../../test/absent-ports.ts';

const [kind, workers = '1', dataDirectory = ''] = process.argv.slice(2);
const feedMs = 500;

const keepsNothing: AuditLog = {
  append: () => Promise.resolve(),
  appendLater: () => undefined,
  healthy: () => true,
  close: () => Promise.resolve(),
};

function withoutAudit({ identity, box, keyring, events }: House): Handle {
  return createPipeline({
    services,
    guesses: new GuessLimit(),
    identity,
    box,
    keyring,
    events,
    audit: keepsNothing,
    noise: new NoiseLimit(),
    clock: Date.now,
    random: createRandomPool(),
    ...absentPorts,
    region: 'us-east-1',
    domain: undefined,
    issuerUrl: (id) => `https://issuers.example.com/${id}`,
    ownUrl: () => 'https://brevet.example.com',
    onAnswered: () => undefined,
  });
}

function open(writer: string): Promise<House> {
  return compose({
    dataDirectory,
    masterKeyFile: join(dataDirectory, 'master.key'),
    createMasterKey: false,
    databaseUrl: undefined,
    outbound: { get: () => Promise.reject(new Error('nothing is fetched here')) },
    region: 'us-east-1',
    domain: undefined,
    publicUrl: () => 'http://127.0.0.1:4592',
    writer,
    onAnswered: () => undefined,
    onBackgroundError: (error) => {
      throw error;
    },
  });
}

if (cluster.isPrimary) {
  const count = Number(workers);
  const house = await open(`${kind}-0`);
  if (kind === 'audited') setInterval(() => void house.events.feed(), feedMs);
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    listening += 1;
    if (listening === count) process.send?.(port);
  });
  for (let index = 0; index < count; index++) cluster.fork();
} else {
  const house = await open(`${kind}-${cluster.worker?.id}`);
  const api = createApiServer({
    handle: kind === 'audited' ? house.handle : withoutAudit(house),
    onConnectionError: () => undefined,
  });
  api.server.listen(0, '127.0.0.1');
}
process.on('disconnect', () => process.exit(0));
