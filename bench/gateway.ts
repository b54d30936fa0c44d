import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request as openRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { signRequest } from '#core/sigv4';
import { freePort } from '../test/serve-process.ts';
import { startGenerator } from './load/drive.ts';
import { accountId, type Caller } from './load/requests.ts';
import type { Row } from './report.ts';
import { seedDataDirectory } from './seed.ts';
import { residentBytes, startBrevet, startStore } from './servers/start.ts';
import { median, quantile } from './statistics.ts';
import { type Contender, connections, contender, type Effort, fullEffort, measure } from './throughput.ts';

const mebibyte = 1_048_576;
const transferAim = 0.7;
const memoryAim = 1.25;
const smallObjects = 1000;

/** How much is sent and fetched at once, and how often by turns. */
export interface GatewayEffort extends Pick<Effort, 'rounds' | 'milliseconds' | 'warmUpMilliseconds'> {
  readonly transferBytes: number;
  readonly transfers: number;
}

const fullGatewayEffort: GatewayEffort = { ...fullEffort, transferBytes: 1024 * mebibyte, transfers: 3 };

/** Small objects through the gateway against the same store called directly, large ones against a plain streaming proxy. */
export async function measureGateway(effort: GatewayEffort = fullGatewayEffort): Promise<readonly Row[]> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const caller = await seedDataDirectory(dataDirectory, 1);
  const port = await freePort();
  const store = await startStore('store');
  const proxy = await startStore('proxy', store.port);
  await writeFile(
    join(dataDirectory, 'brevet.yaml'),
    `gateways: [{ service: s3, listen: "127.0.0.1:${port}", ownerAccount: "${accountId}", upstream: { endpoint: "http://127.0.0.1:${store.port}", region: us-east-1, accessKeyId: store, secretAccessKey: store } }]\n`,
  );
  const brevet = await startBrevet(dataDirectory, 1);
  const generator = startGenerator();
  try {
    const operation = { objects: smallObjects };
    const direct = contender('store', store, { port: store.port, caller, operation });
    const through = contender('gateway', brevet, { port, caller, operation });
    for (const { plan } of [direct, through])
      await generator.run({ plan, connections, milliseconds: effort.warmUpMilliseconds });
    for (let round = 0; round < effort.rounds; round++)
      for (const one of [direct, through]) await measure(one, generator, effort.milliseconds);
    const transfers: Row[] = [];
    for (const method of ['PUT', 'GET'] as const)
      transfers.push(
        ...(await compareTransfers(method, { proxy: proxy.port, gateway: port }, caller, {
          ...effort,
          pid: brevet.pid,
        })),
      );
    return [smallRow(direct, through), ...transfers];
  } finally {
    generator.stop();
    await Promise.all([brevet.stop(), proxy.stop(), store.stop()]);
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function smallRow(direct: Contender, through: Contender): Row {
  const ratio = median(
    through.perSecond.map((value, round) => value / (direct.perSecond[round] ?? Number.NaN)),
  );
  const sorted = Float64Array.from(through.latencies).sort();
  const cpu = through.cpu.length === 0 ? '' : `; ${median(through.cpu).toFixed(0)} µs of processor each`;
  return {
    benchmark: 'gateway, GET of 1 kB',
    result: `${ratio.toFixed(2)}× the store`,
    aim: undefined,
    detail: `${median(through.perSecond).toFixed(0)}/s against ${median(direct.perSecond).toFixed(0)}/s; p50 ${quantile(sorted, 0.5).toFixed(2)} ms, p99 ${quantile(sorted, 0.99).toFixed(2)} ms${cpu}`,
  };
}

async function compareTransfers(
  method: 'PUT' | 'GET',
  ports: { readonly proxy: number; readonly gateway: number },
  caller: Caller,
  { transferBytes, transfers, pid }: GatewayEffort & { readonly pid: number },
): Promise<Row[]> {
  const seconds = { proxy: [] as number[], gateway: [] as number[] };
  const memory = watchMemory(pid);
  let warmBytes: number | undefined;
  for (let round = -1; round < transfers; round++) {
    for (const name of ['proxy', 'gateway'] as const) {
      const taken = await transfer(method, ports[name], caller, transferBytes);
      // The first is to warm up.
      if (round >= 0) seconds[name].push(taken);
    }
    warmBytes ??= memory.highestBytes();
  }
  const highestBytes = memory.highestBytes();
  memory.stop();
  const way = method === 'PUT' ? 'up' : 'down';
  const ratio = median(seconds.gateway.map((value, round) => (seconds.proxy[round] ?? Number.NaN) / value));
  const rate = (name: 'proxy' | 'gateway'): string =>
    (transferBytes / mebibyte / median(seconds[name])).toFixed(0);
  const speed = {
    benchmark: `gateway, ${transferBytes / mebibyte} MiB ${way}`,
    result: `${ratio.toFixed(2)}× a proxy`,
    aim: { text: `≥ ${transferAim}×`, met: ratio >= transferAim },
    detail: `${rate('gateway')} MiB/s against ${rate('proxy')} MiB/s of a plain streaming proxy`,
  };
  if (warmBytes === undefined || highestBytes === undefined) return [speed];
  const flat = {
    benchmark: `memory while they go ${way}`,
    result: `${(highestBytes / warmBytes).toFixed(2)}× that of the first`,
    aim: { text: `≤ ${memoryAim}×`, met: highestBytes / warmBytes <= memoryAim },
    detail: `at most ${Math.round(highestBytes / mebibyte)} MiB resident in ${transfers} more transfers, ${Math.round(warmBytes / mebibyte)} MiB in the first`,
  };
  return [speed, flat];
}

/** The highest resident memory that a process was seen with; looks ten times a second. */
function watchMemory(pid: number): { highestBytes(): number | undefined; stop(): void } {
  let highest: number | undefined;
  const look = (): void => {
    const bytes = residentBytes(pid);
    if (bytes !== undefined) highest = Math.max(highest ?? 0, bytes);
  };
  const timer = setInterval(look, 100);
  return {
    highestBytes() {
      look();
      return highest;
    },
    stop: () => clearInterval(timer),
  };
}

const piece = Buffer.alloc(65_536, 'x');

function* pieces(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= piece.length)
    yield left < piece.length ? piece.subarray(0, left) : piece;
}

/** Sends or fetches one object over a connection of its own; the seconds that took. */
async function transfer(
  method: 'PUT' | 'GET',
  port: number,
  credentials: Caller,
  length: number,
): Promise<number> {
  const target = `/bench/large-${length}`;
  const { rawHeaders } = signRequest(
    { method, target, rawHeaders: ['host', `127.0.0.1:${port}`], bodySha256: 'UNSIGNED-PAYLOAD' },
    { credentials, region: 'us-east-1', service: 's3', now: Date.now(), uriEncoding: 'once' },
  );
  const agent = new Agent();
  const size = method === 'PUT' ? ['content-length', String(length)] : [];
  const start = performance.now();
  const outgoing = openRequest({
    ...{ agent, host: '127.0.0.1', port, method, path: target },
    headers: [...rawHeaders, ...size],
  });
  const answered = once(outgoing, 'response');
  await pipeline(Readable.from(method === 'PUT' ? pieces(length) : []), outgoing);
  const [answer] = (await answered) as [IncomingMessage];
  let received = 0;
  for await (const bytes of answer as AsyncIterable<Buffer>) received += bytes.length;
  if (answer.statusCode !== 200 || received !== (method === 'GET' ? length : 0))
    throw new Error(`${method} was answered with ${answer.statusCode} and ${received} bytes`);
  agent.destroy();
  return (performance.now() - start) / 1000;
}
