import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server under load, in processes of its own. */
export interface Target {
  readonly port: number;
  readonly pid: number;
  /** Milliseconds from starting the process to its being ready. */
  readonly startedInMs: number;
  stop(): Promise<void>;
}

/** Starts a server that answers a constant reply, after verifying with that key. */
export async function startConstant(
  kind: 'raw' | 'verify' | 'jose',
  workers: number,
  secretAccessKey = '',
): Promise<Target> {
  const start = performance.now();
  const file = fileURLToPath(new URL('constant.ts', import.meta.url));
  const child = fork(file, [kind, String(workers), secretAccessKey]);
  const [port] = (await Promise.race([
    once(child, 'message'),
    failsAtExit(child, 'the raw server ended'),
  ])) as [number];
  return target(child, port, performance.now() - start);
}

/** Starts a store, or a proxy in front of one. */
export async function startStore(kind: 'store' | 'proxy', storePort = 0): Promise<Target> {
  const start = performance.now();
  const child = fork(fileURLToPath(new URL('store.ts', import.meta.url)), [kind, String(storePort)]);
  const [port] = (await Promise.race([once(child, 'message'), failsAtExit(child, `the ${kind} ended`)])) as [
    number,
  ];
  return target(child, port, performance.now() - start);
}

/** Starts the service over a data directory without its own log, with its audit log or without one. */
export async function startAudited(
  kind: 'audited' | 'unaudited',
  workers: number,
  dataDirectory: string,
): Promise<Target> {
  const start = performance.now();
  const file = fileURLToPath(new URL('audited.ts', import.meta.url));
  const child = fork(file, [kind, String(workers), dataDirectory]);
  const [port] = (await Promise.race([once(child, 'message'), failsAtExit(child, 'the service ended')])) as [
    number,
  ];
  return target(child, port, performance.now() - start);
}

/** Starts `brevet serve` over a data directory, with everything as by default; its log goes to a file. */
export async function startBrevet(dataDirectory: string, workers: number): Promise<Target> {
  const start = performance.now();
  const logFile = join(dataDirectory, 'bench.log');
  const log = openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('../../src/main/brevet.ts', import.meta.url)),
      'serve',
      ...['--data-dir', dataDirectory, '--workers', String(workers)],
      ...['--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'],
    ],
    { stdio: ['ignore', 'pipe', log], cwd: dataDirectory },
  );
  closeSync(log);
  if (child.stdout === null) throw new Error('brevet serve has no stdout');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)),
    failsAtExit(child, () => `brevet serve ended: ${readFileSync(logFile, 'utf8')}`),
  ]);
  return target(child, Number(/:(\d+)$/.exec(line)?.[1]), performance.now() - start);
}

async function failsAtExit(child: ChildProcess, reason: string | (() => string)): Promise<never> {
  await once(child, 'exit');
  throw new Error(typeof reason === 'string' ? reason : reason());
}

function target(child: ChildProcess, port: number, startedInMs: number): Target {
  return {
    port,
    pid: child.pid ?? 0,
    startedInMs,
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

const ticksPerSecond = 100;

/** Processor seconds that a process and its children have used; undefined where the system does not tell (it is Linux that does). */
export function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const own = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.reduce((total, child) => total + (cpuSeconds(Number(child)) ?? 0), own);
  } catch {
    return undefined;
  }
}

/** Resident memory of one process in bytes; undefined where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
