import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Serving, startServing } from '../serve-process.ts';
import type { Credentials } from '../started-service.ts';
import { snakeCase } from './names.ts';
import { at, type Fields, type Known, steps, walkedCluster } from './walk.ts';

interface Call {
  readonly service: string;
  readonly method?: string;
  readonly presign?: string;
  readonly pages?: string;
  readonly input?: Fields;
  readonly region?: string;
  readonly credentials?: Credentials | undefined;
}

interface Answer {
  readonly output?: Fields;
  readonly error?: { readonly text: string; readonly code: string };
}

let home = '';
let serving: Serving;
let walker: ChildProcessByStdio<Writable, Readable, null>;
let answers: AsyncIterator<string>;
let lines: Interface;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-boto3-'));
  const settings = join(home, 'brevet.yaml');
  await writeFile(settings, JSON.stringify({ clusters: [walkedCluster] }));
  serving = await startServing({
    dataDirectory: join(home, 'brevet-data'),
    arguments: ['--config', settings],
    environment: { BREVET_ACCOUNT_ID: walkedCluster.account },
  });
  walker = spawn('python3', [fileURLToPath(new URL('./boto3-walker.py', import.meta.url))], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      AWS_CONFIG_FILE: join(serving.dataDirectory, 'aws-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(serving.dataDirectory, 'aws-credentials'),
      AWS_PROFILE: 'root',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  lines = createInterface({ input: walker.stdout });
  answers = lines[Symbol.asyncIterator]();
});
after(async () => {
  const ended = once(walker, 'exit');
  walker.stdin.end();
  await ended;
  await serving.stop();
  await rm(home, { recursive: true, force: true });
});

async function ask(call: Call): Promise<Answer> {
  walker.stdin.write(`${JSON.stringify({ input: {}, ...call })}\n`);
  const { value } = (await answers.next()) as { value: string };
  return JSON.parse(value) as Answer;
}

async function call(
  service: string,
  method: string,
  input: Fields = {},
  more: Partial<Call> = {},
): Promise<Fields> {
  const { output, error } = await ask({ service, method, input, ...more });
  assert.ok(output, error?.text);
  return output;
}

async function refusal(
  service: string,
  method: string,
  input: Fields,
  credentials?: Credentials,
): Promise<string> {
  const { error } = await ask({ service, method, input, credentials });
  return error?.text ?? 'it was not refused';
}

describe('boto3, with nothing but the files of the first start', () => {
  const known: Known = { values: new Map(), credentials: new Map() };
  for (const [index, { service, operation, input, as, read }] of steps.entries()) {
    test(`step ${index + 1}: ${service}:${operation}${as === undefined ? '' : ` as ${as}`}`, async () => {
      const credentials = as === undefined ? undefined : known.credentials.get(as);
      const output = await call(service, snakeCase(operation), input(known), { credentials });
      // What IAM sends as bytes arrives in base64 here.
      const seed = (output.VirtualMFADevice as { Base32StringSeed?: string } | undefined)?.Base32StringSeed;
      const decoded = seed === undefined ? undefined : Buffer.from(seed, 'base64').toString();
      const device = { ...(output.VirtualMFADevice as object), Base32StringSeed: decoded };
      read?.(seed === undefined ? output : { ...output, VirtualMFADevice: device }, known);
    });
  }

  test('assumes a role, may do what it allows and no more, and loses it with the role', async () => {
    const account = at(await call('sts', 'get_caller_identity'), 'Account');
    await call('iam', 'create_user', { UserName: 'alice' });
    const created = (await call('iam', 'create_access_key', { UserName: 'alice' })).AccessKey;
    const alice = {
      accessKeyId: at(created, 'AccessKeyId'),
      secretAccessKey: at(created, 'SecretAccessKey'),
    };
    const allow = (Action: string, more: Fields = {}): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action, Resource: '*', ...more }],
      });
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:user/alice` },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'secret-handshake' } },
        },
      ],
    });
    await call('iam', 'create_role', { RoleName: 'reader', AssumeRolePolicyDocument: trust });
    await call('iam', 'put_role_policy', {
      RoleName: 'reader',
      PolicyName: 'read',
      PolicyDocument: allow('iam:Get*'),
    });
    await call('iam', 'put_user_policy', {
      UserName: 'alice',
      PolicyName: 'assume',
      PolicyDocument: allow('sts:AssumeRole'),
    });
    const assume = { RoleArn: `arn:aws:iam::${account}:role/reader`, RoleSessionName: 'boto3' };
    assert.equal(
      await refusal('sts', 'assume_role', assume, alice),
      `An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::${account}:user/alice is not authorized to perform: sts:AssumeRole on resource: ${assume.RoleArn}`,
    );
    const answer = await call(
      'sts',
      'assume_role',
      { ...assume, ExternalId: 'secret-handshake' },
      { credentials: alice },
    );
    const session = {
      accessKeyId: at(answer, 'Credentials', 'AccessKeyId'),
      secretAccessKey: at(answer, 'Credentials', 'SecretAccessKey'),
      sessionToken: at(answer, 'Credentials', 'SessionToken'),
    };
    const identity = await call('sts', 'get_caller_identity', {}, { credentials: session });
    assert.equal(identity.Arn, `arn:aws:sts::${account}:assumed-role/reader/boto3`);
    const user = await call('iam', 'get_user', { UserName: 'alice' }, { credentials: session });
    assert.equal(at(user, 'User', 'UserName'), 'alice');
    assert.equal(
      await refusal('iam', 'delete_user', { UserName: 'alice' }, session),
      `An error occurred (AccessDenied) when calling the DeleteUser operation: User: arn:aws:sts::${account}:assumed-role/reader/boto3 is not authorized to perform: iam:DeleteUser on resource: arn:aws:iam::${account}:user/alice because no identity-based policy allows the iam:DeleteUser action`,
    );
    await call('iam', 'delete_role_policy', { RoleName: 'reader', PolicyName: 'read' });
    await call('iam', 'delete_role', { RoleName: 'reader' });
    assert.equal(
      await refusal('sts', 'get_caller_identity', {}, session),
      'An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.',
    );
  });

  test('presigns GetCallerIdentity, and whoever has the URL learns who signed it, as XML or JSON', async () => {
    const { output } = await ask({ service: 'sts', presign: 'get_caller_identity' });
    const url = at(output, 'url');
    const xml = await fetch(url);
    assert.deepEqual([xml.status, xml.headers.get('content-type')], [200, 'text/xml']);
    assert.match(await xml.text(), /<Arn>arn:aws:iam::[0-9]{12}:root<\/Arn>/);
    const json = await fetch(url, { headers: { accept: 'application/json' } });
    assert.equal(json.headers.get('content-type'), 'application/json');
    const body = (await json.json()) as {
      GetCallerIdentityResponse: { GetCallerIdentityResult: { Arn: string } };
    };
    assert.match(body.GetCallerIdentityResponse.GetCallerIdentityResult.Arn, /:root$/);
    const forged = await fetch(
      url.replace(/X-Amz-Signature=./, (start) =>
        start.endsWith('0') ? start.replace(/0$/, '1') : start.replace(/.$/, '0'),
      ),
    );
    assert.equal(forged.status, 403);
    assert.match(await forged.text(), /<Code>SignatureDoesNotMatch<\/Code>/);
  });

  test('reads page after page with its paginators', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `page-${letter}`);
    for (const GroupName of names) await call('iam', 'create_group', { GroupName });
    const { output } = await ask({
      service: 'iam',
      pages: 'list_groups',
      input: { PaginationConfig: { PageSize: 2 } },
    });
    const pages = output?.pages as readonly { readonly Groups: readonly { readonly GroupName: string }[] }[];
    assert.deepEqual(
      pages.map(({ Groups }) => Groups.length),
      [2, 2, 1],
    );
    assert.deepEqual(
      pages.flatMap(({ Groups }) => Groups.map(({ GroupName }) => GroupName)),
      names,
    );
  });

  test('signs for any Region, and for none that does not exist', async () => {
    for (const region of ['us-east-1', 'eu-west-1', 'ap-southeast-2']) {
      assert.match(at(await call('sts', 'get_caller_identity', {}, { region }), 'Arn'), /:root$/);
    }
    const { error } = await ask({ service: 'sts', method: 'get_caller_identity', region: 'xx-nowhere-1' });
    assert.equal(error?.code, 'SignatureDoesNotMatch');
  });
});
