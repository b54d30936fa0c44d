import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { type Serving, startServing } from '../serve-process.ts';
import type { Credentials } from '../started-service.ts';
import { snakeCase } from './names.ts';
import { at, type Fields, type Known, steps, walkedCluster } from './walk.ts';

let home = '';
let serving: Serving;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-aws-cli-'));
  const settings = join(home, 'brevet.yaml');
  await writeFile(settings, JSON.stringify({ clusters: [walkedCluster] }));
  serving = await startServing({
    dataDirectory: join(home, 'brevet-data'),
    arguments: ['--config', settings],
    environment: { BREVET_ACCOUNT_ID: walkedCluster.account },
  });
});
after(async () => {
  await serving.stop();
  await rm(home, { recursive: true, force: true });
});

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the AWS CLI with the two exports that the README names, or with a session's keys in the environment instead of the profile. */
function aws(given: readonly string[], credentials?: Credentials): Promise<Said> {
  const caller =
    credentials === undefined
      ? { AWS_PROFILE: 'root' }
      : {
          AWS_ENDPOINT_URL: serving.endpoint,
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
        };
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    AWS_PAGER: '',
    AWS_CONFIG_FILE: join(serving.dataDirectory, 'aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(serving.dataDirectory, 'aws-credentials'),
    ...caller,
  };
  return new Promise((resolve) => {
    execFile('aws', [...given], { cwd: home, env }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        stdout,
        stderr,
      });
    });
  });
}

/** What the CLI prints for a call that succeeds. */
async function read(given: readonly string[], credentials?: Credentials): Promise<Fields> {
  const { code, stdout, stderr } = await aws(given, credentials);
  assert.equal(code, 0, stderr);
  return stdout === '' ? {} : (JSON.parse(stdout) as Fields);
}

/** What the CLI says of a call that the service refuses. */
async function refusal(given: readonly string[], credentials?: Credentials): Promise<string> {
  const { code, stdout, stderr } = await aws(given, credentials);
  assert.equal(stdout, '');
  // Version 1 ends with 255 where version 2 ends with 254.
  assert.ok(code === 254 || code === 255, `${code}`);
  return stderr.trim();
}

function sessionOf(answer: Fields): Credentials {
  return {
    accessKeyId: at(answer, 'Credentials', 'AccessKeyId'),
    secretAccessKey: at(answer, 'Credentials', 'SecretAccessKey'),
    sessionToken: at(answer, 'Credentials', 'SessionToken'),
  };
}

function allow(Action: string, more: Fields = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource: '*', ...more }],
  });
}

describe('the AWS CLI, with nothing but the files of the first start', () => {
  let account = '';
  let alice: Credentials;

  test('says who root is', async () => {
    const identity = await read(['sts', 'get-caller-identity']);
    account = at(identity, 'Account');
    assert.deepEqual(identity, { UserId: account, Account: account, Arn: `arn:aws:iam::${account}:root` });
  });

  test('creates a user with a key, a role and their policies', async () => {
    await read(['iam', 'create-user', '--user-name', 'alice']);
    const { AccessKey: key } = await read(['iam', 'create-access-key', '--user-name', 'alice']);
    alice = { accessKeyId: at(key, 'AccessKeyId'), secretAccessKey: at(key, 'SecretAccessKey') };
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:user/alice` },
          Action: 'sts:AssumeRole',
        },
      ],
    });
    const created = await read([
      'iam',
      'create-role',
      '--role-name',
      'reader',
      '--assume-role-policy-document',
      trust,
    ]);
    assert.equal(at(created, 'Role', 'Arn'), `arn:aws:iam::${account}:role/reader`);
    const named = ['--policy-name', 'inline', '--policy-document'];
    await read(['iam', 'put-user-policy', '--user-name', 'alice', ...named, allow('sts:AssumeRole')]);
    await read(['iam', 'put-role-policy', '--role-name', 'reader', ...named, allow('iam:Get*')]);
  });

  test('assumes the role; the temporary credentials work, and are limited to what it allows', async () => {
    const assume = [
      'sts',
      'assume-role',
      '--role-session-name',
      'cli',
      '--role-arn',
      `arn:aws:iam::${account}:role/reader`,
    ];
    const session = sessionOf(await read(assume, alice));
    const identity = await read(['sts', 'get-caller-identity'], session);
    assert.equal(identity.Arn, `arn:aws:sts::${account}:assumed-role/reader/cli`);
    const user = await read(['iam', 'get-user', '--user-name', 'alice'], session);
    assert.equal(at(user, 'User', 'Arn'), `arn:aws:iam::${account}:user/alice`);
    assert.match(
      await refusal(['iam', 'create-user', '--user-name', 'eve'], session),
      new RegExp(
        `An error occurred \\(AccessDenied\\) when calling the CreateUser operation: User: arn:aws:sts::${account}:assumed-role/reader/cli is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${account}:user/eve because no identity-based policy allows the iam:CreateUser action$`,
      ),
    );
    const narrow = sessionOf(await read([...assume, '--policy', allow('iam:GetRole')], alice));
    await read(['iam', 'get-role', '--role-name', 'reader'], narrow);
    assert.match(
      await refusal(['iam', 'get-user', '--user-name', 'alice'], narrow),
      /because no session policy allows the iam:GetUser action$/,
    );
    assert.match(
      await refusal(['sts', 'get-caller-identity'], {
        ...session,
        sessionToken: `${session.sessionToken?.slice(0, -4)}AAAA`,
      }),
      /\(InvalidClientTokenId\) when calling the GetCallerIdentity operation: The security token included in the request is invalid\.?$/,
    );
  });

  test('assumes a role by itself when a profile names one', async () => {
    await appendFile(
      join(serving.dataDirectory, 'aws-config'),
      `\n[profile alice]\nregion = us-east-1\nendpoint_url = ${serving.endpoint}\n[profile reader]\nrole_arn = arn:aws:iam::${account}:role/reader\nsource_profile = alice\nrole_session_name = profile\nregion = eu-west-1\nendpoint_url = ${serving.endpoint}\n`,
    );
    await appendFile(
      join(serving.dataDirectory, 'aws-credentials'),
      `\n[alice]\naws_access_key_id = ${alice.accessKeyId}\naws_secret_access_key = ${alice.secretAccessKey}\n`,
    );
    const identity = await read(['--profile', 'reader', 'sts', 'get-caller-identity']);
    assert.equal(identity.Arn, `arn:aws:sts::${account}:assumed-role/reader/profile`);
  });

  test('loses the temporary credentials with the role', async () => {
    const assume = [
      'sts',
      'assume-role',
      '--role-session-name',
      'cli',
      '--role-arn',
      `arn:aws:iam::${account}:role/reader`,
    ];
    const session = sessionOf(await read(assume, alice));
    await read(['iam', 'delete-role-policy', '--role-name', 'reader', '--policy-name', 'inline']);
    await read(['iam', 'delete-role', '--role-name', 'reader']);
    assert.match(
      await refusal(['sts', 'get-caller-identity'], session),
      /An error occurred \(InvalidClientTokenId\) when calling the GetCallerIdentity operation: The security token included in the request is invalid\.$/,
    );
    assert.match(
      await refusal(assume, alice),
      /\(AccessDenied\) when calling the AssumeRole operation: User: .* is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::[0-9]{12}:role\/reader$/,
    );
  });

  test('reports what is wrong with a request in the words of the service', async () => {
    assert.match(
      await refusal(['iam', 'create-user', '--user-name', 'not/a/name']),
      /\(ValidationError\) when calling the CreateUser operation: The specified value for userName is invalid\. It must contain only alphanumeric characters and\/or the following: \+=,\.@_-$/,
    );
    assert.match(
      await refusal(['iam', 'create-user', '--user-name', 'alice']),
      /\(EntityAlreadyExists\) when calling the CreateUser operation: User with name alice already exists\.$/,
    );
    assert.match(
      await refusal(['iam', 'get-user', '--user-name', 'nobody']),
      /\(NoSuchEntity\) when calling the GetUser operation: The user with name nobody cannot be found\.$/,
    );
    assert.match(
      await refusal(['sts', 'get-caller-identity'], { ...alice, secretAccessKey: 'wrong' }),
      /\(SignatureDoesNotMatch\) when calling the GetCallerIdentity operation: The request signature we calculated does not match/,
    );
    assert.match(
      await refusal(['iam', 'list-server-certificates']),
      /\(UnsupportedOperation\) when calling the ListServerCertificates operation: Brevet does not support iam:ListServerCertificates\. docs\/coverage\.md lists what it does\.$/,
    );
  });

  test('is served in the Region it names, which policy sees', async () => {
    const regional = allow('sts:GetAccessKeyInfo', {
      Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
    });
    await read([
      'iam',
      'put-user-policy',
      '--user-name',
      'alice',
      '--policy-name',
      'regional',
      '--policy-document',
      regional,
    ]);
    const ask = ['sts', 'get-access-key-info', '--access-key-id', alice.accessKeyId];
    assert.deepEqual(await read([...ask, '--region', 'eu-west-1'], alice), { Account: account });
    assert.match(
      await refusal([...ask, '--region', 'eu-central-1'], alice),
      /\(AccessDenied\) when calling the GetAccessKeyInfo operation: /,
    );
  });

  test('reads lists page by page, and goes on where it stopped', async () => {
    const names = ['a', 'b', 'c'].map((letter) => `page-${letter}`);
    for (const name of names) await read(['iam', 'create-group', '--group-name', name]);
    const list = ['iam', 'list-groups', '--query', '{Names: Groups[].GroupName, NextToken: NextToken}'];
    assert.deepEqual((await read([...list, '--page-size', '1'])).Names, names);
    const first = await read([...list, '--max-items', '2']);
    assert.deepEqual(first.Names, names.slice(0, 2));
    const second = await read([...list, '--starting-token', at(first, 'NextToken')]);
    assert.deepEqual(second.Names, names.slice(2));
  });
});

describe('the AWS CLI', () => {
  const known: Known = { values: new Map(), credentials: new Map() };
  for (const [index, { service, operation, input, as, read: learn }] of steps.entries()) {
    test(`step ${index + 1}: ${service} ${commandOf(operation)}${as === undefined ? '' : ` as ${as}`}`, async () => {
      const credentials = as === undefined ? undefined : known.credentials.get(as);
      const wanted = input(known);
      const given = ['--cli-input-json', JSON.stringify(wanted)];
      if (operation !== 'CreateVirtualMFADevice') {
        const output = await read([service, commandOf(operation), ...given], credentials);
        learn?.(output, known);
        return;
      }
      // This command writes the seed to a file, and nothing of it to the terminal.
      const outfile = join(home, 'seed');
      const named = ['--virtual-mfa-device-name', at(wanted, 'VirtualMFADeviceName'), '--outfile', outfile];
      const method = ['--bootstrap-method', 'Base32StringSeed'];
      const made = await read([service, commandOf(operation), ...named, ...method], credentials);
      const device = {
        ...(made.VirtualMFADevice as object),
        Base32StringSeed: await readFile(outfile, 'utf8'),
      };
      learn?.({ ...made, VirtualMFADevice: device }, known);
    });
  }
});

function commandOf(operation: string): string {
  return snakeCase(operation).replaceAll('_', '-');
}
