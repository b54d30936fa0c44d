import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Generator, startGenerator } from './load/drive.ts';
import type { Plan } from './load/requests.ts';
import type { Row } from './report.ts';
import { seedDataDirectory } from './seed.ts';
import { cpuSeconds, startBrevet, startConstant, type Target } from './servers/start.ts';
import { median, quantile } from './statistics.ts';

/** How long each server is driven, and how often by turns. */
export interface Effort {
  readonly rounds: number;
  readonly milliseconds: number;
  readonly warmUpMilliseconds: number;
  readonly roles: number;
  readonly workers: readonly number[];
}

export const fullEffort: Effort = {
  rounds: 7,
  milliseconds: 1000,
  warmUpMilliseconds: 2500,
  roles: 1000,
  workers: [1, 2],
};

export const connections = 64;
const aims: Readonly<Record<string, number>> = {
  AssumeRole: 0.25,
  'forward-auth door': 0.4,
  'instance credentials': 0.7,
};

export interface Contender {
  readonly name: string;
  readonly target: Target;
  readonly plan: Plan;
  readonly perSecond: number[];
  /** Processor time per request, in microseconds. */
  readonly cpu: number[];
  readonly latencies: number[];
}

/** Throughput and latency of a server of 1 and of 2 workers, as ratios to a raw node:http server of as many. */
export async function measureThroughput(effort: Effort = fullEffort): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const workers of effort.workers) rows.push(...(await compare(workers, effort)));
  return rows;
}

async function compare(workers: number, effort: Effort): Promise<readonly Row[]> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const caller = await seedDataDirectory(dataDirectory, effort.roles);
  const raw = await startConstant('raw', workers);
  const verify = await startConstant('verify', workers, caller.secretAccessKey);
  const brevet = await startBrevet(dataDirectory, workers);
  const generator = startGenerator();
  try {
    const assume = { assumeRoles: effort.roles };
    const contenders = [
      contender('raw node:http', raw, { port: raw.port, caller, operation: assume }),
      contender('signature verification', verify, { port: verify.port, caller, operation: assume }),
      contender('GetCallerIdentity', brevet, { port: brevet.port, caller, operation: 'GetCallerIdentity' }),
      contender('AssumeRole', brevet, { port: brevet.port, caller, operation: assume }),
    ];
    for (const one of contenders)
      await generator.run({ plan: one.plan, connections, milliseconds: effort.warmUpMilliseconds });
    // By turns, so that whatever else the machine does meanwhile falls on all alike.
    for (let round = 0; round < effort.rounds; round++)
      for (const one of contenders) await measure(one, generator, effort.milliseconds);
    return report(contenders, workers);
  } finally {
    generator.stop();
    await Promise.all([raw.stop(), verify.stop(), brevet.stop()]);
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

export function contender(name: string, target: Target, plan: Plan): Contender {
  return { name, target, plan, perSecond: [], cpu: [], latencies: [] };
}

/** Drives one of them once and keeps what was seen. */
export async function measure(one: Contender, generator: Generator, milliseconds: number): Promise<void> {
  const before = cpuSeconds(one.target.pid);
  const { seconds, latencies } = await generator.run({ plan: one.plan, connections, milliseconds });
  const after = cpuSeconds(one.target.pid);
  one.perSecond.push(latencies.length / seconds);
  if (before !== undefined && after !== undefined)
    one.cpu.push(((after - before) * 1_000_000) / latencies.length);
  for (const latency of latencies) one.latencies.push(latency);
}

export function report(contenders: readonly Contender[], workers: number): readonly Row[] {
  const raw = contenders[0];
  return contenders.map((one) => {
    const ratio = median(one.perSecond.map((value, round) => value / (raw?.perSecond[round] ?? Number.NaN)));
    const cpuRatio = median(one.cpu.map((value, round) => (raw?.cpu[round] ?? Number.NaN) / value));
    const aim = aims[one.name];
    const sorted = Float64Array.from(one.latencies).sort();
    const cpu =
      one.cpu.length === 0
        ? ''
        : `; ${median(one.cpu).toFixed(0)} µs of processor each, ${cpuRatio.toFixed(2)}×`;
    return {
      benchmark: `${one.name}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      result: `${ratio.toFixed(2)}× raw`,
      aim: aim === undefined ? undefined : { text: `≥ ${aim}×`, met: ratio >= aim },
      detail: `${median(one.perSecond).toFixed(0)}/s; p50 ${quantile(sorted, 0.5).toFixed(2)} ms, p99 ${quantile(sorted, 0.99).toFixed(2)} ms${cpu}`,
    };
  });
}
