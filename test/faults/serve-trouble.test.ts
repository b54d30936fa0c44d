import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, open, rm, stat, symlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateUserCommand, GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import SQLite from 'better-sqlite3';
import { formatIsoSeconds } from '#core/time';
import { verifyAuditLog } from '#stores/audit-log';
import { type Serving, startServing } from '../serve-process.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

interface Started {
  readonly serving: Serving;
  readonly iam: IAMClient;
  readonly sts: STSClient;
}

async function start(context: TestContext, dataDirectory: string): Promise<Started> {
  const serving = await startServing({ dataDirectory });
  const options = {
    endpoint: serving.endpoint,
    credentials: await serving.root(),
    region: 'us-east-1',
    maxAttempts: 1,
  };
  const [iam, sts] = [new IAMClient(options), new STSClient(options)];
  context.after(async () => {
    iam.destroy();
    sts.destroy();
    await serving.stop();
  });
  return { serving, iam, sts };
}

const unavailable = {
  name: 'ServiceUnavailable',
  message: 'The request has failed due to a temporary failure of the server.',
};

/** The status and body of `/readyz`. */
async function readiness({ adminEndpoint }: Serving): Promise<readonly [status: number, body: string]> {
  const response = await fetch(`${adminEndpoint}/readyz`);
  return [response.status, await response.text()];
}

function createUser({ iam }: Started, UserName: string): Promise<unknown> {
  return iam.send(new CreateUserCommand({ UserName }));
}

async function userExists({ iam }: Started, UserName: string): Promise<boolean> {
  try {
    await iam.send(new GetUserCommand({ UserName }));
    return true;
  } catch (error) {
    assert.equal((error as Error).name, 'NoSuchEntityException');
    return false;
  }
}

test('while another program locks the database, writes are refused, reads and STS go on, and then all is well', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const started = await start(context, dataDirectory);
  await createUser(started, 'before');
  const connection = new SQLite(join(dataDirectory, 'brevet.db'));
  connection.exec('begin immediate');
  const writing = assert.rejects(createUser(started, 'during'), unavailable);
  // The write waits for the lock, and nothing else waits for the write.
  assert.equal(await userExists(started, 'before'), true);
  assert.ok((await started.sts.send(new GetSessionTokenCommand())).Credentials);
  await writing;
  connection.exec('rollback');
  connection.close();
  assert.equal(await userExists(started, 'during'), false);
  await createUser(started, 'during');
  const { stderr } = await started.serving.stop();
  assert.match(
    stderr,
    /"operation":"CreateUser","status":503,.*"code":"ServiceUnavailable",.*database is locked/,
  );
});

test('while the disk is full for the database, writes are refused, reads and STS go on, and then all is well', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const started = await start(context, dataDirectory);
  await createUser(started, 'before');
  // No file of the process may grow beyond what the write-ahead log has now: the system refuses as a full disk does.
  const { size } = await stat(join(dataDirectory, 'brevet.db-wal'));
  await limitFiles(started.serving.pid, `${size}`);
  for (const name of ['one', 'two']) await assert.rejects(createUser(started, name), unavailable);
  assert.equal(await userExists(started, 'before'), true);
  assert.ok((await started.sts.send(new GetSessionTokenCommand())).Credentials);
  await limitFiles(started.serving.pid, 'unlimited');
  assert.equal(await userExists(started, 'one'), false);
  await createUser(started, 'one');
  assert.equal(await userExists(started, 'one'), true);
});

/** Sets the size in bytes up to which a process may write files (setrlimit, RLIMIT_FSIZE), leaving the hard limit. */
async function limitFiles(pid: number, limit: string): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', `${pid}`, `--fsize=${limit}:`]);
}

test('while the audit log cannot be written, nothing is changed or released, reads go on, and then all is well', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  // The file of today is a device that is always full.
  const writer = `${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')}-0`;
  const file = join(dataDirectory, 'audit', `${formatIsoSeconds(Date.now()).slice(0, 10)}.${writer}.jsonl`);
  await mkdir(join(dataDirectory, 'audit'), { mode: 0o700 });
  await symlink('/dev/full', file);
  const started = await start(context, dataDirectory);
  await assert.rejects(createUser(started, 'unrecorded'), unavailable);
  await assert.rejects(started.sts.send(new GetSessionTokenCommand()), unavailable);
  assert.equal(await userExists(started, 'unrecorded'), false);
  assert.match((await started.sts.send(new GetCallerIdentityCommand())).Arn ?? '', /:root$/);
  assert.deepEqual(await readiness(started.serving), [503, 'not ready\nthe audit log cannot be written\n']);
  await rm(file);
  while ((await readiness(started.serving))[0] !== 200) await pause(20);
  await createUser(started, 'recorded');
  assert.ok((await started.sts.send(new GetSessionTokenCommand())).Credentials);
  const report = await verifyAuditLog(join(dataDirectory, 'audit'));
  assert.deepEqual(report.problems, []);
  assert.ok(report.records > 6, `${report.records}`);
});

test('an audit directory that cannot be one stops the start with exit 1', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  await symlink('/dev/null', join(dataDirectory, 'audit'));
  await assert.rejects(
    startServing({ dataDirectory }),
    /brevet serve ended with 1: brevet: the audit log cannot be written: EEXIST/,
  );
});

test('a database that is damaged stops the start with exit 1 and says so', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const serving = await startServing({ dataDirectory });
  assert.equal((await serving.stop()).code, 0);
  const damaged = await open(join(dataDirectory, 'brevet.db'), 'r+');
  await damaged.write(Buffer.alloc(4096, 7), 0, 4096, 0);
  await damaged.close();
  await assert.rejects(
    startServing({ dataDirectory }),
    /brevet serve ended with 1: brevet: the file is not a database/,
  );
});
