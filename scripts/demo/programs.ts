/**
 * The programs of others with which the tour asks: the AWS CLI for objects, curl and nginx for an API. Where one is not installed, the same
 * requests are made by the SDK, or put to the door as nginx would put them, and the tour says so.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request as openRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { hashBody, signRequest } from '#core/sigv4';
import { isInstalled, proxies, startBackend } from '../../test/doors/proxies.ts';
import { freePort } from '../../test/serve-process.ts';

const region = 'us-east-1';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Reads objects through an S3 endpoint. Rejects with what the program said. */
export interface ObjectReader {
  readonly title: string;
  read(credentials: Credentials, bucket: string, key: string): Promise<string>;
}

/** How an API answers a GET: 200, or 401 or 403 with the reason. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An API that knows nothing of AWS, behind something that asks a door. */
export interface GuardedApi {
  readonly title: string;
  get(credentials: Credentials, path: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Reads with the AWS SDK. */
export function sdkReader(endpoint: string, clockAheadMs: number): ObjectReader {
  return {
    title: 'the AWS SDK (the AWS CLI is not installed here)',
    async read(credentials, Bucket, Key) {
      const client = new S3Client({
        ...{ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 },
        systemClockOffset: clockAheadMs,
      });
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return (await Body?.transformToString()) ?? '';
      } finally {
        client.destroy();
      }
    },
  };
}

/** The AWS CLI where it is installed, else the SDK. */
export async function findObjectReader(endpoint: string, clockAheadMs: number): Promise<ObjectReader> {
  const cli: ObjectReader = {
    title: 'the AWS CLI',
    async read({ accessKeyId, secretAccessKey, sessionToken }, bucket, key) {
      const directory = await mkdtemp(join(tmpdir(), 'brevet-demo-object-'));
      const file = join(directory, 'object');
      try {
        await run('aws', ['s3api', 'get-object', '--bucket', bucket, '--key', key, file], {
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
          AWS_SESSION_TOKEN: sessionToken ?? '',
          AWS_REGION: region,
          AWS_ENDPOINT_URL_S3: endpoint,
          AWS_CONFIG_FILE: join(directory, 'no-config'),
          AWS_SHARED_CREDENTIALS_FILE: join(directory, 'no-credentials'),
          AWS_MAX_ATTEMPTS: '1',
        });
        return await readFile(file, 'utf8');
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
  return (await answers('aws', ['--version'])) ? cli : sdkReader(endpoint, clockAheadMs);
}

/** A backend behind nginx and called by curl where both are installed; else what nginx would ask of the door, asked by hand. */
export async function openGuardedApi(doorPort: number): Promise<GuardedApi> {
  if (isInstalled('nginx') && (await answers('curl', ['--version']))) return await openBehindNginx(doorPort);
  return {
    title: 'the door, asked as nginx would ask it (nginx or curl is not installed here)',
    async get(credentials, path) {
      const request = { method: 'GET', target: path, rawHeaders: ['host', 'orders.example.com'] };
      const { rawHeaders } = signRequest(
        { ...request, bodySha256: hashBody(new Uint8Array()) },
        { credentials, region, service: 'execute-api', now: Date.now() },
      );
      const headers = [...rawHeaders, 'x-original-method', 'GET', 'x-original-uri', path];
      const asking = openRequest({ host: '127.0.0.1', port: doorPort, path: '/', headers }).end();
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, text: await text(answer) };
    },
    close: async () => undefined,
  };
}

async function openBehindNginx(door: number): Promise<GuardedApi> {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-demo-nginx-'));
  const backend = await startBackend();
  const proxy = await freePort();
  const nginx = await proxies.nginx?.start(directory, { proxy, door, backend: backend.port });
  return {
    title: 'curl --aws-sigv4, through nginx',
    async get({ accessKeyId, secretAccessKey, sessionToken }, path) {
      const said = await run('curl', [
        ...['--silent', '--show-error', '--write-out', '\n%{http_code}'],
        ...['--aws-sigv4', `aws:amz:${region}:execute-api`, '--user', `${accessKeyId}:${secretAccessKey}`],
        ...(sessionToken === undefined ? [] : ['--header', `x-amz-security-token: ${sessionToken}`]),
        `http://127.0.0.1:${proxy}${path}`,
      ]);
      const end = said.lastIndexOf('\n');
      return { status: Number(said.slice(end + 1)), text: said.slice(0, end) };
    },
    async close() {
      await nginx?.stop();
      backend.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What a program writes on stdout; rejects with what it writes on stderr. */
async function run(
  program: string,
  given: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  try {
    return (await promisify(execFile)(program, given, { env })).stdout;
  } catch (error) {
    const { stderr } = error as { readonly stderr?: unknown };
    if (typeof stderr !== 'string' || stderr === '') throw error;
    throw Object.assign(new Error(stderr.trim()), { name: program });
  }
}

async function answers(program: string, given: readonly string[]): Promise<boolean> {
  try {
    await run(program, given);
    return true;
  } catch {
    return false;
  }
}
