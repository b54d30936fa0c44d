import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGenerator } from './load/drive.ts';
import type { Caller } from './load/requests.ts';
import type { Row } from './report.ts';
import { seedDataDirectory } from './seed.ts';
import { residentBytes, startBrevet, type Target } from './servers/start.ts';
import { median, quantile } from './statistics.ts';

const sizes = [1000, 100_000] as const;
const rounds = 9;
const milliseconds = 1000;
const warmUpMilliseconds = 3000;
/** Few, so that the time a request takes is seen and not the time it waits for others. */
const connections = 4;
const memoryAimBytes = 1024;
const latencyAim = 1.2;

interface Size {
  readonly roles: number;
  readonly dataDirectory: string;
  readonly caller: Caller;
  readonly heapBytes: number;
  readonly target: Target;
  readonly residentBytes: number | undefined;
  /** The median latency of each round, in milliseconds. */
  readonly latencies: number[];
}

/** What a hundred thousand roles cost against a thousand: memory, time to start, and latency of AssumeRole over all of them. */
export async function measureRoles(): Promise<readonly Row[]> {
  const generator = startGenerator();
  const opened: Size[] = [];
  try {
    for (const roles of sizes) opened.push(await open(roles));
    const run = async (size: Size, duration: number): Promise<Float64Array> => {
      const { port } = size.target;
      const plan = { port, caller: size.caller, operation: { assumeRoles: size.roles } };
      return (await generator.run({ plan, connections, milliseconds: duration })).latencies.sort();
    };
    for (const size of opened) await run(size, warmUpMilliseconds);
    for (let round = 0; round < rounds; round++)
      for (const size of opened) size.latencies.push(quantile(await run(size, milliseconds), 0.5));
    return report(opened);
  } finally {
    generator.stop();
    for (const { target, dataDirectory } of opened) {
      await target.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    }
  }
}

async function open(roles: number): Promise<Size> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const caller = await seedDataDirectory(dataDirectory, roles);
  const heapBytes = await measureHeap(dataDirectory);
  const target = await startBrevet(dataDirectory, 1);
  return {
    roles,
    dataDirectory,
    caller,
    heapBytes,
    target,
    residentBytes: residentBytes(target.pid),
    latencies: [],
  };
}

async function measureHeap(dataDirectory: string): Promise<number> {
  const file = fileURLToPath(new URL('servers/heap.ts', import.meta.url));
  const child = fork(file, [dataDirectory], { execArgv: [...process.execArgv, '--expose-gc'] });
  const [{ bytes }] = (await once(child, 'message')) as [{ bytes: number }];
  return bytes;
}

function report(opened: readonly Size[]): readonly Row[] {
  const [few, many] = opened;
  if (few === undefined || many === undefined) return [];
  const perRole = (many.heapBytes - few.heapBytes) / (many.roles - few.roles);
  const ratio = median(many.latencies.map((value, round) => value / (few.latencies[round] ?? Number.NaN)));
  return [
    {
      benchmark: 'memory of a role',
      result: `${perRole.toFixed(0)} bytes`,
      aim: { text: `≤ ${memoryAimBytes} bytes`, met: perRole <= memoryAimBytes },
      detail: `heap after collection, ${many.roles} roles against ${few.roles}`,
    },
    {
      benchmark: 'latency of AssumeRole at 100,000 roles',
      result: `${ratio.toFixed(2)}× that at 1,000`,
      aim: { text: `≤ ${latencyAim}×`, met: ratio <= latencyAim },
      detail: `p50 ${median(few.latencies).toFixed(2)} ms and ${median(many.latencies).toFixed(2)} ms, each request another role`,
    },
    ...opened.map(({ roles, target, residentBytes: resident }) => ({
      benchmark: `start-up, ${roles} roles`,
      result: `${(target.startedInMs / 1000).toFixed(2)} s`,
      aim: undefined,
      detail: resident === undefined ? '' : `${(resident / 1_000_000).toFixed(0)} MB resident when ready`,
    })),
  ];
}
