/** Ceph's object gateway over a cluster of one monitor and one store in memory, on loopback, in a directory of its own. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { RunningStore } from '../gateway-fixture.ts';
import { freePort } from '../serve-process.ts';

const key = {
  accessKeyId: 'RADOSGWRADOSGWRADOSG',
  secretAccessKey: 'radosgw/secret+of/the+tests000000000000',
};
const programs = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph-authtool', 'monmaptool', 'ceph'];

/** Whether it can be run here. */
export function isRadosgwInstalled(): boolean {
  return programs.every((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);
}

export async function startRadosgw(Bucket: string): Promise<RunningStore> {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-ceph-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    await startCluster(directory, port, children);
    const endpoint = `http://127.0.0.1:${port}`;
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: key });
    await client.send(new CreateBucketCommand({ Bucket }));
    client.destroy();
    return { endpoint, key, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startCluster(directory: string, port: number, children: ChildProcess[]): Promise<void> {
  const configuration = join(directory, 'ceph.conf');
  const keyring = join(directory, 'keyring');
  const monitorMap = join(directory, 'monitors');
  const [cluster, disk] = [randomUUID(), randomUUID()];
  const monitor = `[v2:127.0.0.1:${await freePort()}]`;
  const settings = {
    fsid: cluster,
    'mon host': monitor,
    'public addr': '127.0.0.1',
    keyring,
    'run dir': directory,
    'log file': join(directory, '$name.log'),
    'admin socket': '',
    'pid file': '',
    'mon data': join(directory, 'monitor'),
    // A test machine may be short of space without its being anybody's concern here.
    'mon data avail crit': '1',
    'mon allow pool size one': 'true',
    'osd data': join(directory, 'disk'),
    'osd objectstore': 'memstore',
    'memstore device bytes': '1073741824',
    'osd pool default size': '1',
    'osd pool default min size': '1',
    'osd pool default pg num': '1',
    'osd pool default pgp num': '1',
    'osd pool default pg autoscale mode': 'off',
    'osd crush chooseleaf type': '0',
    'rgw frontends': `beast endpoint=127.0.0.1:${port}`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(configuration, `[global]\n${lines.join('')}`);
  const ceph = ['-c', configuration] as const;
  const start = (program: string, ...given: string[]): ChildProcess => {
    const child = spawn(program, [...ceph, '-f', ...given], {
      env: { PATH: process.env.PATH, HOME: directory },
      stdio: 'ignore',
    });
    children.push(child);
    return child;
  };

  await run(
    'ceph-authtool',
    '--create-keyring',
    keyring,
    '--gen-key',
    '-n',
    'mon.',
    '--cap',
    'mon',
    'allow *',
  );
  for (const [name, rights] of [
    ['client.admin', ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *']],
    ['osd.0', ['--cap', 'mon', 'allow profile osd', '--cap', 'osd', 'allow *']],
  ] as const)
    await run('ceph-authtool', keyring, '--gen-key', '-n', name, ...rights);
  await run('monmaptool', '--create', '--fsid', cluster, '--addv', 'a', monitor, monitorMap);
  await run('ceph-mon', ...ceph, '--mkfs', '-i', 'a', '--monmap', monitorMap);
  start('ceph-mon', '-i', 'a');
  await run('ceph', ...ceph, 'osd', 'create', disk);
  await mkdir(join(directory, 'disk'));
  await run('ceph-osd', ...ceph, '--mkfs', '-i', '0', '--osd-uuid', disk);
  start('ceph-osd', '-i', '0');
  await run(
    'radosgw-admin',
    ...[...ceph, 'user', 'create', '--uid', 'brevet', '--display-name', 'brevet'],
    ...['--access-key', key.accessKeyId, '--secret', key.secretAccessKey],
  );
  const gateway = start('radosgw', '-n', 'client.admin');
  while (!(await answers(port))) {
    const { exitCode, signalCode } = gateway;
    if (exitCode !== null || signalCode !== null) throw new Error(`radosgw ended: ${exitCode ?? signalCode}`);
  }
}

/** Runs a program to its end; one that does not come to it within a minute is ended. */
async function run(program: string, ...given: readonly string[]): Promise<void> {
  await promisify(execFile)(program, given, { timeout: 60_000 });
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

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
