/**
 * `brevet serve`, and what else runs for long, as its users run it: a process of its own, on free ports, with a data directory of its own.
 * Nothing of this process's environment reaches it but the PATH.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Credentials } from './started-service.ts';

const program = fileURLToPath(new URL('../src/main/brevet.ts', import.meta.url));

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServeOptions {
  readonly dataDirectory: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A port to listen on; a free one without. */
  readonly port?: number;
}

/** A program that is ready. */
export interface Running {
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  readonly pid: number;
  /** Sends a signal. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ended>;
  /** SIGTERM, unless it is gone already, and the end. */
  stop(): Promise<Ended>;
}

export interface Serving extends Running {
  /** What the one line on stdout names. */
  readonly endpoint: string;
  readonly adminEndpoint: string;
  readonly dataDirectory: string;
  /** Root's access key, from the files of the first start. */
  root(): Promise<Credentials>;
}

/** Starts the service and resolves once it is ready. Rejects with what it said when it ends before that. */
export async function startServing(options: ServeOptions): Promise<Serving> {
  const adminPort = await freePort();
  const running = await startProgram(serveArguments(options, adminPort), options.environment);
  return {
    ...running,
    endpoint: /^brevet ready on (\S+)\n/.exec(running.stdout())?.[1] ?? '',
    adminEndpoint: `http://127.0.0.1:${adminPort}`,
    dataDirectory: options.dataDirectory,
    root: () => readCredentials(join(options.dataDirectory, 'aws-credentials')),
  };
}

/** Starts `brevet ARGUMENTS` and resolves once it has said a line. Rejects with what it said when it ends before that. */
export async function startProgram(
  given: readonly string[],
  environment: ServeOptions['environment'],
): Promise<Running> {
  const child = spawnProgram(given, environment);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, stdout, stderr }));
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', () => stdout.includes('\n') && resolve());
  });
  const endedFirst = await Promise.race([ready, ended]);
  if (endedFirst !== undefined) {
    throw new Error(
      `brevet ${given[0]} ended with ${endedFirst.code ?? endedFirst.signal}: ${endedFirst.stderr}`,
    );
  }
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (name) => child.kill(name),
    ended,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Runs the service until it ends by itself: for starts that are to fail. One that does not is killed once it is ready. */
export async function runServe(options: ServeOptions): Promise<Ended> {
  return await runProgram(serveArguments(options, await freePort()), options.environment);
}

/** Runs `brevet ARGUMENTS` until it ends by itself: for starts that are to fail. One that does not is killed once it is ready. */
export async function runProgram(
  given: readonly string[],
  environment: ServeOptions['environment'],
): Promise<Ended> {
  const child = spawnProgram(given, environment);
  child.stdout.once('data', () => child.kill('SIGKILL'));
  const read = async (stream: Readable): Promise<string> => {
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return text;
  };
  const [stdout, stderr, [code, signal]] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    once(child, 'close'),
  ]);
  return { code, signal, stdout, stderr };
}

function serveArguments(options: ServeOptions, adminPort: number): readonly string[] {
  return [
    ...['serve', '--data-dir', options.dataDirectory, '--listen', `127.0.0.1:${options.port ?? 0}`],
    ...['--admin-listen', `127.0.0.1:${adminPort}`, ...(options.arguments ?? [])],
  ];
}

function spawnProgram(
  given: readonly string[],
  environment: ServeOptions['environment'],
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...given], {
    // Where no brevet.yaml of the checkout is found.
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The access key in a shared credentials file. */
export async function readCredentials(path: string): Promise<Credentials> {
  const text = await readFile(path, 'utf8');
  const find = (key: string): string => new RegExp(`^${key} = (\\S+)$`, 'm').exec(text)?.[1] ?? '';
  return { accessKeyId: find('aws_access_key_id'), secretAccessKey: find('aws_secret_access_key') };
}

/**
 * A port that nothing listens on now. It is below those that systems hand out by themselves (Linux from 32768 on, others from 49152), so that
 * nobody else gets it while what listens there is started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
