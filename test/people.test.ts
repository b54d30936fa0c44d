import assert from 'node:assert/strict';
import { createHash, createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { run } from './imds-fixture.ts';
import {
  loginArguments,
  type People,
  password,
  roleArn,
  roleSessionArn,
  startPeople,
  userArn,
} from './people-processes.ts';

let directory = '';
let people: People;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'brevet-people-'));
  people = await startPeople(directory);
  const { code, stderr } = await people.run(loginArguments, `${password}\n`);
  assert.deepEqual([code, stderr], [0, `signed in as ${userArn}\n`]);
});
after(async () => {
  await people.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Has the AWS SDK say who it is with nothing but its config file, and again with renewed credentials. */
const whoTwice = `
  import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
  import { execFileSync } from 'node:child_process';
  const client = new STSClient();
  const who = async () => (await client.send(new GetCallerIdentityCommand())).Arn;
  const first = await client.config.credentials();
  const one = await who();
  if (process.env.AGE !== undefined) execFileSync('sh', ['-c', process.env.AGE]);
  const second = await client.config.credentials({ forceRefresh: true });
  console.log(JSON.stringify([one, await who(), first.accessKeyId !== second.accessKeyId]));
`;

async function askSdk(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const { AWS_ENDPOINT_URL: _, ...nothingElse } = people.environment;
  const given = ['--input-type=module', '--eval', whoTwice];
  return JSON.parse(await run(process.execPath, given, { ...nothingElse, ...environment }, process.cwd()));
}

describe('the AWS SDK for JavaScript with a profile of brevet configure and nothing else', () => {
  test('is whoever signed in, also past the end of their credentials', async () => {
    assert.equal((await people.run(['configure', '--profile', 'ada'])).code, 0);
    const file = join(people.home, '.cache', 'brevet', 'default', 'session.json');
    const AGE = `sed -i -E 's/"expiresAt": [0-9]+/"expiresAt": 1000/' ${file}`;
    assert.deepEqual(await askSdk({ AWS_PROFILE: 'ada', AGE }), [userArn, userArn, true]);
  });

  test('is a role, and kept as long as it lives', async () => {
    assert.equal((await people.run(['configure', '--profile', 'deploy', '--role', roleArn])).code, 0);
    assert.deepEqual(await askSdk({ AWS_PROFILE: 'deploy' }), [roleSessionArn, roleSessionArn, false]);
  });
});

describe('the AWS SDK for JavaScript with a session as aws login keeps it', () => {
  test('renews it by itself', async () => {
    const file = join(people.home, '.cache', 'brevet', 'default', 'session.json');
    const { clientId, refreshToken, key, credentials, endpoint } = JSON.parse(await readFile(file, 'utf8'));
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const expiresAt = new Date(Date.now() - 1000).toISOString();
    const kept = {
      accessToken: { accessKeyId, secretAccessKey, sessionToken, accountId: '111122223333', expiresAt },
      ...{ tokenType: 'aws_sigv4', clientId, refreshToken },
      dpopKey: createPrivateKey(key).export({ format: 'pem', type: 'sec1' }),
    };
    const cache = join(people.home, '.aws', 'login', 'cache');
    await mkdir(cache, { recursive: true });
    const name = createHash('sha256').update(userArn).digest('hex');
    await writeFile(join(cache, `${name}.json`), JSON.stringify(kept));
    const config = join(people.home, 'login-config');
    await writeFile(
      config,
      `[profile login]\nregion = us-east-1\nendpoint_url = ${endpoint}\nlogin_session = ${userArn}\n`,
    );
    const found = await askSdk({ AWS_CONFIG_FILE: config, AWS_PROFILE: 'login', AWS_ENDPOINT_URL: endpoint });
    assert.deepEqual((found as unknown[]).slice(0, 2), [userArn, userArn]);
    const renewed = JSON.parse(await readFile(join(cache, `${name}.json`), 'utf8'));
    assert.notEqual(renewed.accessToken.accessKeyId, accessKeyId);
    assert.equal(renewed.refreshToken, refreshToken);
  });
});

describe('brevet exec', () => {
  test('hands on what the command reads and writes, and its exit code', async () => {
    const { code, stdout } = await people.run(['exec', '--', 'sh', '-c', 'cat; exit 7'], 'through');
    assert.deepEqual([code, stdout], [7, 'through']);
  });

  test('says as shells do what could not be run, and what a signal ended', async () => {
    const missing = await people.run(['exec', '--', 'no-such-command']);
    assert.deepEqual([missing.code, missing.stderr], [127, 'brevet: no-such-command: not found\n']);
    const forbidden = await people.run(['exec', '--', directory]);
    assert.deepEqual([forbidden.code, forbidden.stderr], [126, `brevet: ${directory}: cannot be run\n`]);
    const killed = await people.run(['exec', '--', 'sh', '-c', 'kill -KILL $$']);
    assert.equal(killed.code, 137);
  });

  test('passes signals on to the command, and ends with it', async () => {
    const script = `process.on('SIGTERM', () => { console.log('told'); process.exit(5); });
      process.stdin.resume();
      console.log('ready');`;
    const command = [process.execPath, '-e', script];
    const { child, said, ended } = people.start(['exec', '--role', roleArn, '--', ...command]);
    await said('ready');
    child.kill('SIGTERM');
    const { code, signal, stdout } = await ended;
    assert.deepEqual([code, signal, stdout], [5, null, 'ready\ntold\n']);
  });
});

describe('secrets', () => {
  test('are in no argument, no log and no output', async () => {
    const { stdout, stderr } = await people.run(loginArguments, `${password}\n`);
    const log = people.serving.stderr() + people.serving.stdout() + stdout + stderr;
    const file = join(people.home, '.cache', 'brevet', 'default', 'session.json');
    const { refreshToken, key, credentials } = JSON.parse(await readFile(file, 'utf8'));
    for (const secret of [password, refreshToken, key, credentials.secretAccessKey, credentials.sessionToken])
      assert.equal(log.includes(secret), false);
    const help = (await people.run(['login', '--help'])).stdout;
    assert.doesNotMatch(help, /--password <|--mfa/);
  });

  test('need somebody who can be asked', async () => {
    const { code, stderr } = await people.run(['login']);
    assert.deepEqual([code, stderr], [2, 'error: there is no terminal to ask at: use --password-stdin\n']);
  });
});
