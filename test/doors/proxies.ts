/** Real reverse proxies, each in front of a backend and asking a door, as docs/authorizer.md sets them up. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const page = new URL('../../docs/authorizer.md', import.meta.url);

/** What a request came to the backend with. */
export interface Served {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that knows nothing of AWS: it answers what it was asked, and keeps it. */
export interface Backend {
  readonly port: number;
  readonly served: Served[];
  close(): void;
}

export async function startBackend(): Promise<Backend> {
  const served: Served[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    served.push({ method: request.method ?? '', target: request.url ?? '', headers: request.headers, body });
    response.end(`served ${request.method} ${request.url}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, served, close: () => server.close() };
}

export interface Ports {
  readonly proxy: number;
  readonly door: number;
  readonly backend: number;
}

export interface RunningProxy {
  stop(): Promise<void>;
}

/** How each proxy is started over a directory of its own; it takes its set-up from the documentation. */
export const proxies: Readonly<
  Record<string, { readonly program: string; start(directory: string, ports: Ports): Promise<RunningProxy> }>
> = {
  nginx: {
    program: 'nginx',
    async start(directory, ports) {
      await mkdir(join(directory, 'logs'), { recursive: true });
      const server = await configuration('nginx', ports);
      const text = `daemon off; master_process off; pid ${directory}/nginx.pid; error_log stderr;
        events {}
        http {
          access_log off;
          ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
          ${server}
        }`;
      const file = join(directory, 'nginx.conf');
      await writeFile(file, text);
      return run('nginx', ['-p', directory, '-c', file], ports.proxy, {});
    },
  },
  caddy: {
    program: 'caddy',
    async start(directory, ports) {
      const file = join(directory, 'Caddyfile');
      await writeFile(file, `{\n\tadmin off\n\tauto_https off\n}\n${await configuration('caddy', ports)}`);
      const environment = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
      return run('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], ports.proxy, environment);
    },
  },
};

/** Whether a program can be run here. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, [program === 'caddy' ? 'version' : '-v'], { stdio: 'ignore' }).status === 0;
}

/** The set-up that the documentation gives, with the ports of this test. */
async function configuration(language: string, { proxy, door, backend }: Ports): Promise<string> {
  const [, text] =
    new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(await readFile(page, 'utf8')) ?? [];
  if (text === undefined) throw new Error(`docs/authorizer.md has no set-up of ${language}`);
  // At once: a port that was put in may look like one that is to be replaced.
  const ports: Readonly<Record<string, number>> = { 8080: proxy, 4595: door, 9000: backend };
  return text.replaceAll(/8080|4595|9000/g, (port) => String(ports[port]));
}

async function run(
  program: string,
  given: readonly string[],
  port: number,
  environment: Readonly<Record<string, string>>,
): Promise<RunningProxy> {
  const child = spawn(program, given, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  let isOver = false;
  const ended = once(child, 'close').then(() => {
    isOver = true;
  });
  while (!(await answers(port))) if (isOver) throw new Error(`${program} ended: ${told}`);
  return { stop: () => stop(child, ended) };
}

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch {
    await new Promise(setImmediate);
    return false;
  }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}
