/**
 * `aws cloudtrail validate-logs`, which reads a trail's bucket and believes nothing, against a service that keeps the bucket itself: once over
 * everything in order, and once for each way to tamper with it.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Serving, startServing } from '../serve-process.ts';

const bucket = 'logs-of-main';
const account = '111122223333';
const trailArn = `arn:aws:cloudtrail:us-east-1:${account}:trail/main`;
const pollMs = 250;

let home = '';
let serving: Serving;
let startTime = '';

async function aws(...given: string[]): Promise<{ readonly code: number; readonly text: string }> {
  const environment = {
    PATH: process.env.PATH,
    HOME: home,
    AWS_CONFIG_FILE: join(home, 'data', 'aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'data', 'aws-credentials'),
    AWS_PROFILE: 'root',
    AWS_MAX_ATTEMPTS: '1',
  };
  return await new Promise((resolve) => {
    execFile('aws', given, { env: environment }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: `${stdout}${stderr}` }),
    );
  });
}

async function done(...given: string[]): Promise<string> {
  const { code, text } = await aws(...given);
  assert.equal(code, 0, text);
  return text;
}

/** The keys of the bucket that hold a part, once there are so many. */
async function keysWith(part: string, count: number): Promise<readonly string[]> {
  for (;;) {
    const names = await readdir(bucketDirectory(), { recursive: true }).catch(() => []);
    const keys = names.filter((name) => name.includes(part) && name.endsWith('.json.gz')).sort();
    if (keys.length >= count) return keys;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function bucketDirectory(): string {
  return join(home, 'data', 'trails', 'buckets', account, bucket);
}

function validate(): Promise<{ readonly code: number; readonly text: string }> {
  return aws(
    ...['cloudtrail', 'validate-logs', '--trail-arn', trailArn, '--start-time', startTime, '--verbose'],
  );
}

/** Runs the validation with a file of the bucket changed, then puts it back. */
async function tampering(key: string, tamper: (path: string) => Promise<void>): Promise<string> {
  const path = join(bucketDirectory(), key);
  const whole = await readFile(path);
  await tamper(path);
  try {
    const { code, text } = await validate();
    assert.equal(code, 1, text);
    return text;
  } finally {
    await writeFile(path, whole);
  }
}

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-aws-cli-trail-'));
  const config = join(home, 'brevet.yaml');
  await writeFile(config, 'audit: { deliverEverySeconds: 1, digestEverySeconds: 2 }\n');
  serving = await startServing({
    dataDirectory: join(home, 'data'),
    arguments: ['--config', config],
    environment: { BREVET_ACCOUNT_ID: account },
  });
  startTime = new Date(Date.now() - 60_000).toISOString();
  const trail = ['--name', 'main', '--s3-bucket-name', bucket, '--enable-log-file-validation'];
  await done('cloudtrail', 'create-trail', ...trail);
  await done('cloudtrail', 'start-logging', '--name', 'main');
  await done('iam', 'create-user', '--user-name', 'alice');
  await keysWith('/CloudTrail/', 1);
  await done('iam', 'delete-user', '--user-name', 'alice');
  await keysWith('/CloudTrail-Digest/', 3);
  await done('cloudtrail', 'stop-logging', '--name', 'main');
  // The last digest, after which nothing more comes.
  for (;;) {
    const status = JSON.parse(await done('cloudtrail', 'get-trail-status', '--name', 'main')) as {
      readonly LatestDigestDeliveryTime: string | number;
      readonly StopLoggingTime: string | number;
    };
    const [digest, stop] = [status.LatestDigestDeliveryTime, status.StopLoggingTime].map(
      (time) => new Date(typeof time === 'number' ? time * 1000 : time),
    );
    if (digest !== undefined && stop !== undefined && digest.getTime() > stop.getTime() + 2000) break;
  }
});
after(async () => {
  await serving.stop();
  await rm(home, { recursive: true, force: true });
});

describe('aws cloudtrail validate-logs', () => {
  test('finds every file of the trail valid', async () => {
    const { code, text } = await validate();
    assert.equal(code, 0, text);
    const logs = await keysWith('/CloudTrail/', 1);
    const digests = await keysWith('/CloudTrail-Digest/', 1);
    assert.match(text, new RegExp(`\\n${digests.length}/${digests.length} digest files valid`));
    assert.match(text, new RegExp(`\\n${logs.length}/${logs.length} log files valid`));
    for (const key of logs) assert.ok(text.includes(`Log file\ts3://${bucket}/${key}\tvalid`), text);
    for (const key of digests) assert.ok(text.includes(`Digest file\ts3://${bucket}/${key}\tvalid`), text);
  });

  test('names a log file that was changed', async () => {
    const [key = ''] = await keysWith('/CloudTrail/', 1);
    const text = await tampering(key, async (path) => {
      const log = gunzipSync(await readFile(path)).toString();
      await writeFile(path, gzipSync(log.replace('"eventName":"', '"eventName":"X')));
    });
    assert.ok(text.includes(`Log file\ts3://${bucket}/${key}\tINVALID: hash value doesn't match`), text);
  });

  test('names a log file that was removed', async () => {
    const [key = ''] = await keysWith('/CloudTrail/', 1);
    const text = await tampering(key, (path) => rm(path));
    assert.ok(text.includes(`Log file\ts3://${bucket}/${key}\tINVALID: not found`), text);
  });

  test('names a digest that was changed', async () => {
    const [, key = ''] = await keysWith('/CloudTrail-Digest/', 2);
    const text = await tampering(key, async (path) => {
      const digest = gunzipSync(await readFile(path)).toString();
      await writeFile(path, gzipSync(digest.replace('"digestStartTime":"20', '"digestStartTime":"21')));
    });
    assert.ok(
      text.includes(`Digest file\ts3://${bucket}/${key}\tINVALID: signature verification failed`),
      text,
    );
  });

  test('names a digest that was removed', async () => {
    const [, key = ''] = await keysWith('/CloudTrail-Digest/', 2);
    const text = await tampering(key, (path) => rm(path));
    assert.ok(text.includes(`Digest file\ts3://${bucket}/${key}\tINVALID: not found`), text);
  });

  test('names a digest that was moved', async () => {
    const keys = await keysWith('/CloudTrail-Digest/', 2);
    const last = keys.at(-1) ?? '';
    const moved = last.replace(
      /(\d{4})Z\.json\.gz$/,
      (_, end: string) => `${String(Number(end) + 1).padStart(4, '0')}Z.json.gz`,
    );
    const movedPath = join(bucketDirectory(), moved);
    const metadata = await readFile(join(bucketDirectory(), `${last}.metadata`));
    const text = await tampering(last, async (path) => {
      await rename(path, movedPath);
      await writeFile(`${movedPath}.metadata`, metadata);
    });
    await rm(movedPath);
    assert.ok(
      text.includes(
        `Digest file\ts3://${bucket}/${moved}\tINVALID: has been moved from its original location`,
      ),
      text,
    );
  });

  test('names a log file that was put in the place of another', async () => {
    const [first = '', second = ''] = await keysWith('/CloudTrail/', 2);
    const other = await readFile(join(bucketDirectory(), second));
    const text = await tampering(first, (path) => writeFile(path, other));
    assert.ok(text.includes(`Log file\ts3://${bucket}/${first}\tINVALID: hash value doesn't match`), text);
  });

  test('and the other S3 tools of the CLI read the bucket, and cannot write to it', async () => {
    const [key = ''] = await keysWith('/CloudTrail/', 1);
    const file = join(home, 'copy.json.gz');
    await done('s3api', 'get-object', '--bucket', bucket, '--key', key, file);
    assert.match(gunzipSync(await readFile(file)).toString(), /^\{"Records":\[\{/);
    const listed = JSON.parse(
      await done('s3api', 'list-objects', '--bucket', bucket, '--prefix', `AWSLogs/${account}/CloudTrail/`),
    ) as { readonly Contents: readonly { readonly Key: string }[] };
    assert.deepEqual(
      listed.Contents.map(({ Key }) => Key),
      await keysWith('/CloudTrail/', 1),
    );
    const put = await aws('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', file);
    assert.match(put.text, /NotImplemented/);
  });
});
