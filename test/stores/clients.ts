/** Programs that speak S3, each with the commands for what every one of them can do. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Credentials } from '../started-service.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a client is asked to do. Keys are of one bucket; a prefix ends in a slash. */
export type Task =
  | { readonly verb: 'list' | 'delete'; readonly key: string }
  | { readonly verb: 'put'; readonly file: string; readonly key: string }
  | { readonly verb: 'get'; readonly key: string; readonly file: string }
  | { readonly verb: 'copy' | 'sync'; readonly key: string; readonly target: string };

export interface S3Program {
  readonly title: string;
  /** What shows that it is installed. */
  readonly probe: readonly [program: string, ...given: string[]];
  /** The parts of this many bytes, or fewer, in which it uploads what is longer. */
  readonly partBytes: number;
  /** Whether it makes one prefix like another. */
  readonly canSync: boolean;
  /** Whether it takes the access control list along when it copies. */
  readonly copiesAcl: boolean;
  command(task: Task, at: Place): readonly [program: string, ...given: string[]];
  /** What it finds in its environment, or in files of the directory, about whom and what to ask. */
  settle(at: Place, credentials: Credentials): Promise<Readonly<Record<string, string>>>;
  /** The keys that it said it found under a prefix. */
  keys(stdout: string, at: Place, prefix: string): readonly string[];
}

export interface Place {
  readonly directory: string;
  readonly endpoint: string;
  readonly bucket: string;
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

const rclone: S3Program = {
  title: 'rclone',
  probe: ['rclone', 'version'],
  partBytes: 5_242_880,
  canSync: true,
  copiesAcl: false,
  async settle({ endpoint }, { accessKeyId, secretAccessKey, sessionToken }) {
    return {
      RCLONE_CONFIG: '/dev/null',
      RCLONE_RETRIES: '1',
      RCLONE_LOW_LEVEL_RETRIES: '1',
      // It compares times by default, and writes them to what has none of rclone's.
      RCLONE_CHECKSUM: 'true',
      RCLONE_CONFIG_STORE_TYPE: 's3',
      RCLONE_CONFIG_STORE_PROVIDER: 'Other',
      RCLONE_CONFIG_STORE_ENDPOINT: endpoint,
      RCLONE_CONFIG_STORE_REGION: 'us-east-1',
      RCLONE_CONFIG_STORE_ACCESS_KEY_ID: accessKeyId,
      RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: secretAccessKey,
      RCLONE_CONFIG_STORE_UPLOAD_CUTOFF: '5M',
      RCLONE_CONFIG_STORE_CHUNK_SIZE: '5M',
      // Without it every upload begins by making the bucket.
      RCLONE_CONFIG_STORE_NO_CHECK_BUCKET: 'true',
      ...(sessionToken === undefined ? {} : { RCLONE_CONFIG_STORE_SESSION_TOKEN: sessionToken }),
    };
  },
  command(task, { bucket }) {
    const remote = (key: string): string => `store:${bucket}/${key}`;
    switch (task.verb) {
      case 'list':
        return ['rclone', 'lsf', '--recursive', '--files-only', remote(task.key)];
      case 'delete':
        return ['rclone', 'deletefile', remote(task.key)];
      case 'put':
        return ['rclone', 'copyto', task.file, remote(task.key)];
      case 'get':
        return ['rclone', 'copyto', remote(task.key), task.file];
      case 'copy':
        return ['rclone', 'copyto', remote(task.key), remote(task.target)];
      case 'sync':
        return ['rclone', 'sync', remote(task.key), remote(task.target)];
    }
  },
  keys: (stdout, _at, prefix) => linesOf(stdout).map((line) => `${prefix}${line}`),
};

const s3cmd: S3Program = {
  title: 's3cmd',
  probe: ['s3cmd', '--version'],
  partBytes: 5_242_880,
  canSync: true,
  copiesAcl: true,
  async settle({ directory, endpoint }, { accessKeyId, secretAccessKey, sessionToken = '' }) {
    const { host } = new URL(endpoint);
    const lines = {
      access_key: accessKeyId,
      secret_key: secretAccessKey,
      access_token: sessionToken,
      host_base: host,
      host_bucket: host,
      bucket_location: 'us-east-1',
      use_https: 'False',
      multipart_chunk_size_mb: '5',
      max_retries: '0',
      progress_meter: 'False',
    };
    const text = Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`);
    await writeFile(join(directory, 's3cfg'), `[default]\n${text.join('')}`, { mode: 0o600 });
    return { LC_ALL: 'C.UTF-8' };
  },
  command(task, { directory, bucket }) {
    const remote = (key: string): string => `s3://${bucket}/${key}`;
    const s3cmd = ['s3cmd', '-c', join(directory, 's3cfg')] as const;
    switch (task.verb) {
      case 'list':
        return [...s3cmd, 'ls', '--recursive', remote(task.key)];
      case 'delete':
        return [...s3cmd, 'del', remote(task.key)];
      case 'put':
        return [...s3cmd, 'put', task.file, remote(task.key)];
      case 'get':
        return [...s3cmd, 'get', '--force', remote(task.key), task.file];
      case 'copy':
        return [...s3cmd, 'cp', remote(task.key), remote(task.target)];
      case 'sync':
        return [...s3cmd, 'sync', '--delete-removed', remote(task.key), remote(task.target)];
    }
  },
  keys: (stdout, { bucket }) => linesOf(stdout).flatMap((line) => line.split(`s3://${bucket}/`)[1] ?? []),
};

function exported(
  { endpoint }: Place,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    PYTHONIOENCODING: 'utf-8',
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  };
}

const awsCli: S3Program = {
  title: 'the AWS CLI',
  probe: ['aws', '--version'],
  partBytes: 8_388_608,
  canSync: true,
  copiesAcl: false,
  settle: async (at, credentials) => exported(at, credentials),
  command(task, { bucket }) {
    const remote = (key: string): string => `s3://${bucket}/${key}`;
    switch (task.verb) {
      case 'list':
        return [
          'aws',
          ...['s3api', 'list-objects-v2', '--bucket', bucket, '--prefix', task.key],
          ...['--query', 'Contents[].Key', '--output', 'json'],
        ];
      case 'delete':
        return ['aws', 's3', 'rm', remote(task.key)];
      case 'put':
        return ['aws', 's3', 'cp', task.file, remote(task.key)];
      case 'get':
        return ['aws', 's3', 'cp', remote(task.key), task.file];
      case 'copy':
        return ['aws', 's3', 'cp', remote(task.key), remote(task.target)];
      case 'sync':
        return ['aws', 's3', 'sync', '--delete', remote(task.key), remote(task.target)];
    }
  },
  // It says null, or nothing, of none.
  keys: (stdout) => (JSON.parse(stdout === '' ? 'null' : stdout) as readonly string[] | null) ?? [],
};

const boto3: S3Program = {
  title: 'boto3',
  probe: ['python3', '-c', 'import boto3'],
  partBytes: 8_388_608,
  canSync: false,
  copiesAcl: false,
  settle: async (at, credentials) => exported(at, credentials),
  command({ verb, ...given }, { bucket }) {
    const program = fileURLToPath(new URL('./boto3-transfer.py', import.meta.url));
    return ['python3', program, verb, bucket, ...Object.values(given)];
  },
  keys: linesOf,
};

/** The programs that are tested, of which some may not be installed. */
export const s3Programs: readonly S3Program[] = [rclone, s3cmd, awsCli, boto3];

export function isInstalled({ probe: [program, ...given] }: S3Program): boolean {
  return spawnSync(program, given, { stdio: 'ignore' }).status === 0;
}

/** Has a program do one thing, with these credentials and nothing of this process's environment but the PATH. */
export async function run(
  program: S3Program,
  task: Task,
  at: Place,
  credentials: Credentials,
): Promise<Said> {
  const environment = await program.settle(at, credentials);
  const [file, ...given] = program.command(task, at);
  return await new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: at.directory, ...environment };
    execFile(file, given, { cwd: at.directory, env }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        stdout,
        stderr,
      });
    });
  });
}
