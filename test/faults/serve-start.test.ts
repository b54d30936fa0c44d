import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { runServe, type ServeOptions, type Serving, startServing } from '../serve-process.ts';
import type { Credentials } from '../started-service.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

/** A service that is gone when the test is over. */
async function serve(context: TestContext, options: ServeOptions): Promise<Serving> {
  const serving = await startServing(options);
  context.after(() => serving.stop());
  return serving;
}

function clientOptions(endpoint: string, credentials: Credentials) {
  return { endpoint, credentials, region: 'us-east-1', maxAttempts: 1 };
}

function callerArn(endpoint: string, credentials: Credentials): Promise<string | undefined> {
  const client = new STSClient(clientOptions(endpoint, credentials));
  return client
    .send(new GetCallerIdentityCommand())
    .then(({ Arn }) => Arn)
    .finally(() => client.destroy());
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('a first start prints one line and leaves files that only their owner can read', async (context) => {
  const dataDirectory = join(await temporaryDirectory(context), 'data');
  const serving = await serve(context, { dataDirectory });
  assert.match(serving.stdout(), /^brevet ready on http:\/\/127\.0\.0\.1:[0-9]+\n$/);
  assert.equal(statSync(dataDirectory).mode & 0o777, 0o700);
  const files = filesIn(dataDirectory);
  for (const name of ['aws-config', 'aws-credentials', 'master.key', 'brevet.db']) {
    assert.ok(files.includes(join(dataDirectory, name)), name);
  }
  for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o600, file);
  assert.equal(
    readFileSync(join(dataDirectory, 'aws-config'), 'utf8'),
    `[profile root]\nregion = us-east-1\nendpoint_url = ${serving.endpoint}\n`,
  );
  const root = await serving.root();
  assert.match(root.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.match(root.secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
  assert.match((await callerArn(serving.endpoint, root)) ?? '', /^arn:aws:iam::[0-9]{12}:root$/);
  assert.equal((await serving.stop()).stdout, `brevet ready on ${serving.endpoint}\n`);
});

test('no secret stands anywhere but in aws-credentials: not in the logs, the audit log or the database', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const serving = await serve(context, { dataDirectory, environment: { BREVET_LOG_LEVEL: 'trace' } });
  const root = await serving.root();
  const iam = new IAMClient(clientOptions(serving.endpoint, root));
  const sts = new STSClient(clientOptions(serving.endpoint, root));
  await iam.send(new CreateUserCommand({ UserName: 'alice' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
  const { Credentials: session } = await sts.send(new GetSessionTokenCommand());
  const stranger = { ...root, secretAccessKey: 'wrong/secret+of/a+stranger00000000000000' };
  await assert.rejects(callerArn(serving.endpoint, stranger), { name: 'SignatureDoesNotMatch' });
  iam.destroy();
  sts.destroy();
  const { stdout, stderr } = await serving.stop();
  const secrets = [
    root.secretAccessKey,
    AccessKey?.SecretAccessKey,
    session?.SecretAccessKey,
    session?.SessionToken,
    readFileSync(join(dataDirectory, 'master.key'), 'utf8').trim(),
  ];
  const places = new Map([
    ['stdout', stdout],
    ['stderr', stderr],
    ...filesIn(dataDirectory).map((file) => [file, readFileSync(file, 'latin1')] as const),
  ]);
  assert.ok(stderr.includes('GetSessionToken'));
  for (const secret of secrets) {
    assert.ok(secret);
    const found = [...places].filter(([, text]) => text.includes(secret)).map(([place]) => place);
    const own =
      secret === root.secretAccessKey ? ['aws-credentials'] : secret === secrets[4] ? ['master.key'] : [];
    assert.deepEqual(
      found,
      own.map((name) => join(dataDirectory, name)),
    );
  }
});

test('a first start takes the account and the root key it is given, and a second one does not change them', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const environment = {
    BREVET_ACCOUNT_ID: '444455556666',
    BREVET_ROOT_ACCESS_KEY_ID: 'AKIAGIVENGIVENGIVEN7',
    BREVET_ROOT_SECRET_ACCESS_KEY: 'given/secret+of/the+operator000000000000',
  };
  const given = {
    accessKeyId: 'AKIAGIVENGIVENGIVEN7',
    secretAccessKey: environment.BREVET_ROOT_SECRET_ACCESS_KEY,
  };
  const first = await serve(context, { dataDirectory, environment });
  assert.deepEqual(await first.root(), given);
  assert.equal((await first.stop()).code, 0);
  const other = {
    ...environment,
    BREVET_ACCOUNT_ID: '777788889999',
    BREVET_ROOT_ACCESS_KEY_ID: 'AKIAOTHEROTHEROTHER7',
  };
  const second = await serve(context, { dataDirectory, environment: other });
  assert.equal(await callerArn(second.endpoint, await second.root()), 'arn:aws:iam::444455556666:root');
  assert.deepEqual(await second.root(), given);
});

test('a second service on a data directory is refused, and the first goes on', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const first = await serve(context, { dataDirectory });
  const second = await runServe({ dataDirectory });
  assert.deepEqual(
    [second.code, second.stdout, second.stderr],
    [1, '', `brevet: ${dataDirectory} is in use by another brevet serve\n`],
  );
  assert.match((await callerArn(first.endpoint, await first.root())) ?? '', /:root$/);
});

test('a port that is taken stops the start with exit 1 and its address', async (context) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  context.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const ended = await runServe({ dataDirectory: await temporaryDirectory(context), port });
  assert.equal(ended.code, 1);
  assert.equal(ended.stdout, '');
  assert.equal(ended.stderr, `brevet: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`);
});

const badSettings: Readonly<Record<string, readonly [given: Partial<ServeOptions>, said: RegExp]>> = {
  'an unknown option': [
    { arguments: ['--worker', '2'] },
    /^error: unknown option '--worker'\n\(Did you mean --workers\?\)\n$/,
  ],
  'a number of workers that is none': [
    { arguments: ['--workers', 'two'] },
    /^brevet: --workers: expected a whole number from 1 to 64; it is "two"\n$/,
  ],
  'an account id that is none': [
    { environment: { BREVET_ACCOUNT_ID: '12' } },
    /^brevet: BREVET_ACCOUNT_ID: expected twelve digits/,
  ],
  'a settings file that is not there': [
    { arguments: ['--config', '/nowhere/brevet.yaml'] },
    /^brevet: .*\/nowhere\/brevet\.yaml/,
  ],
};
for (const [name, [given, said]] of Object.entries(badSettings)) {
  test(`${name} stops the start with exit 2, and nothing is made`, async (context) => {
    const dataDirectory = join(await temporaryDirectory(context), 'data');
    const ended = await runServe({ dataDirectory, ...given });
    assert.deepEqual([ended.code, ended.stdout], [2, '']);
    assert.match(ended.stderr, said);
    assert.throws(() => statSync(dataDirectory), { code: 'ENOENT' });
  });
}

test('an unknown key of the settings file stops the start with exit 2 and its path', async (context) => {
  const directory = await temporaryDirectory(context);
  const file = join(directory, 'brevet.yaml');
  writeFileSync(file, 'tls: { certFile: a.pem, keyfile: b.pem }\n');
  const ended = await runServe({ dataDirectory: join(directory, 'data'), arguments: ['--config', file] });
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /tls\.keyfile/);
});

test('a secret in the settings that is malformed is not shown', async (context) => {
  const environment = {
    BREVET_ROOT_ACCESS_KEY_ID: 'AKIAGIVENGIVENGIVEN7',
    BREVET_ROOT_SECRET_ACCESS_KEY: 'too-short-secret',
  };
  const ended = await runServe({ dataDirectory: await temporaryDirectory(context), environment });
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /BREVET_ROOT_SECRET_ACCESS_KEY/);
  assert.doesNotMatch(ended.stderr, /too-short-secret/);
});

test('a copied database opens nothing without its master key', async (context) => {
  const directory = await temporaryDirectory(context);
  const [original, copy] = [join(directory, 'original'), join(directory, 'copy')];
  const serving = await serve(context, { dataDirectory: original });
  assert.equal((await serving.stop()).code, 0);
  await mkdir(copy);
  copyFileSync(join(original, 'brevet.db'), join(copy, 'brevet.db'));
  const without = await runServe({ dataDirectory: copy });
  assert.deepEqual(
    [without.code, without.stdout, without.stderr],
    [1, '', `brevet: the master key file ${join(copy, 'master.key')} does not exist\n`],
  );
  assert.deepEqual(
    filesIn(copy).filter((file) => file.endsWith('.key')),
    [],
  );

  writeFileSync(join(copy, 'master.key'), `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
  const wrong = await runServe({ dataDirectory: copy });
  assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
  assert.match(
    wrong.stderr,
    /^brevet: the secret token-key:[0-9a-f]{8} cannot be opened with this master key: it was sealed with another one or was changed\n$/,
  );

  await rm(join(copy, 'master.key'));
  copyFileSync(join(original, 'master.key'), join(copy, 'master.key'));
  const again = await serve(context, { dataDirectory: copy });
  assert.match((await callerArn(again.endpoint, await serving.root())) ?? '', /:root$/);
});

test('a master key that others can read, or that is none, stops the start', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const file = join(dataDirectory, 'master.key');
  writeFileSync(file, 'hello\n', { mode: 0o600 });
  const none = await runServe({ dataDirectory });
  assert.deepEqual(
    [none.code, none.stderr],
    [1, `brevet: the master key file ${file} must hold 32 bytes in base64\n`],
  );
  await chmod(file, 0o644);
  const open = await runServe({ dataDirectory });
  assert.deepEqual(
    [open.code, open.stderr],
    [1, `brevet: the master key file ${file} can be read by others (mode 644); chmod 600 it\n`],
  );
});

test('the operator sees health, readiness and metrics on the other port, and no API there', async (context) => {
  const serving = await serve(context, { dataDirectory: await temporaryDirectory(context) });
  await callerArn(serving.endpoint, await serving.root());
  const get = async (path: string): Promise<readonly [status: number, body: string]> => {
    const response = await fetch(`${serving.adminEndpoint}${path}`);
    return [response.status, await response.text()];
  };
  assert.deepEqual(await get('/healthz'), [200, 'alive\n']);
  assert.deepEqual(await get('/readyz'), [200, 'ready\n']);
  const [status, metrics] = await get('/metrics');
  assert.equal(status, 200);
  assert.match(metrics, /brevet_requests_total\{service="sts",operation="GetCallerIdentity",code="OK"\} 1\n/);
  assert.deepEqual(await get('/?Action=GetCallerIdentity&Version=2011-06-15'), [404, 'not found\n']);
});
