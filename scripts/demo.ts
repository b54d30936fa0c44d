/**
 * The tour: `npm run demo`. Starts a service of its own on a free port, walks the main job with real AWS requests made by the AWS SDK,
 * says what happens and why, stops, and exits 0; exits 1 as soon as something is not as it says.
 * The service's clock is the tour's, so that nobody has to wait for a session to expire.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeleteAccessKeyCommand,
  EnableMFADeviceCommand,
  IAMClient,
  ListGroupsCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DescribeCreateAccountStatusCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { Secret, TOTP } from 'otpauth';
import { authorizationMessageHeader } from '#pipeline';
import { createApiServer } from '#servers/api';
import { compose } from '../src/main/compose.ts';
import { createFirstAccount } from '../src/main/first-start.ts';
import { type Credentials, type Tour, walkApi, walkObjects } from './demo-resources.ts';

const region = 'us-east-1';
const minuteMs = 60_000;
const time = { aheadMs: 0 };
const directory = await mkdtemp(join(tmpdir(), 'brevet-demo-'));
const house = await compose({
  dataDirectory: directory,
  masterKeyFile: join(directory, 'master.key'),
  createMasterKey: true,
  databaseUrl: undefined,
  domain: undefined,
  publicUrl: () => 'http://127.0.0.1:4592',
  writer: 'demo-0',
  clock: () => Date.now() + time.aheadMs,
  onAnswered: () => undefined,
  onBackgroundError: (error) => {
    throw error;
  },
});
const api = createApiServer({
  handle: async (request) => {
    const answer = await house.answer(request);
    // Clients set their clocks by this header.
    return { ...answer, headers: { ...answer.headers, date: new Date(now()).toUTCString() } };
  },
  onConnectionError: () => undefined,
});
const clients: { destroy(): void }[] = [];

try {
  await walk();
  say('');
  say(
    'That was the main job: issued, used, limited, explained, expired, revoked, and verified without the issuer.',
  );
} finally {
  for (const client of clients) client.destroy();
  await api.close(1000);
  await house.close();
  await rm(directory, { recursive: true, force: true });
}

async function walk(): Promise<void> {
  chapter('A service of its own');
  const root = await start();
  const { Account: management } = await sts(root).send(new GetCallerIdentityCommand({}));
  say(
    `The first account is ${management}. Its root key was made at the first start; nothing has a default credential.`,
  );

  chapter('A second account');
  const organizations = keep(new OrganizationsClient(options(root)));
  await organizations.send(new CreateOrganizationCommand({}));
  const created = await organizations.send(
    new CreateAccountCommand({ AccountName: 'data', Email: 'data@example.com' }),
  );
  const { CreateAccountStatus: outcome } = await organizations.send(
    new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: created.CreateAccountStatus?.Id }),
  );
  const data = outcome?.AccountId;
  say(`CreateAccount made ${data}, with the role OrganizationAccountAccessRole that trusts ${management}.`);

  chapter('A user with a second factor');
  const { user, device } = await createUser(root, `arn:aws:iam::${data}:role/*`);
  const code = () =>
    new TOTP({ secret: device.secret, digits: 6, period: 30 }).generate({ timestamp: now() });
  const used = code();
  const withMfa = await sessionOf(user, { SerialNumber: device.serial, TokenCode: used });
  say('ada signed in with her access key and a code of her device. The code is used up:');
  await refused('the same code again', () =>
    sessionOf(user, { SerialNumber: device.serial, TokenCode: used }),
  );

  chapter('A role in the other account');
  const administrator = await assume(withMfa, {
    RoleArn: `arn:aws:iam::${data}:role/OrganizationAccountAccessRole`,
    RoleSessionName: 'setup',
  });
  const roleArn = await createRole(administrator, `${management}`);
  say(`${roleArn} trusts ada only with a second factor and the external id "lake-42",`);
  say('may read all of IAM, and is bounded to users and groups.');

  chapter('Temporary credentials');
  const asked = { RoleArn: roleArn, RoleSessionName: 'demo', ExternalId: 'lake-42' };
  await refused('ada without her second factor', () => assume(user, asked));
  await refused('ada with another external id', () => assume(withMfa, { ...asked, ExternalId: 'guess' }));
  const onlyUsers = allow(['iam:ListUsers', 'iam:GetUser', 'iam:ListRoles']);
  const session = await assume(withMfa, {
    ...asked,
    Policy: onlyUsers,
    DurationSeconds: 900,
    Tags: [{ Key: 'job', Value: 'nightly' }],
  });
  const { Arn } = await sts(session).send(new GetCallerIdentityCommand({}));
  say(`Fifteen minutes as ${Arn},`);
  say('with a session policy and a tag. Three policies must now agree: the role, its boundary, the session.');

  chapter('What they allow, and what not');
  await iam(session).send(new ListUsersCommand({}));
  say('  allowed  iam:ListUsers (all three say yes)');
  const deny = deniedTo(session, administrator);
  await deny('iam:ListRoles', (client) => client.send(new ListRolesCommand({})));
  await deny('iam:ListGroups', (client) => client.send(new ListGroupsCommand({})));
  await deny('iam:CreateUser', (client) => client.send(new CreateUserCommand({ UserName: 'mallory' })));

  chapter('Revocation');
  const [first, second] = await Promise.all([assume(withMfa, asked), assume(withMfa, asked)]);
  await iam(administrator).send(new DeleteAccessKeyCommand({ AccessKeyId: first.accessKeyId }));
  say(`DeleteAccessKey on ${first.accessKeyId} ends one session at its next request:`);
  await refused('the revoked session', () => sts(first).send(new GetCallerIdentityCommand({})));
  await sts(second).send(new GetCallerIdentityCommand({}));
  say('  allowed  the other session of the same role');
  await iam(administrator).send(
    new PutRolePolicyCommand({
      RoleName: 'reader',
      PolicyName: 'AWSRevokeOlderSessions',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(now() + 1000).toISOString() } },
        },
      }),
    }),
  );
  say('A deny on aws:TokenIssueTime ends all sessions that were issued before:');
  await deniedTo(second, administrator)('iam:ListUsers', (client) => client.send(new ListUsersCommand({})));

  const tour: Tour = { house, endpoint: endpoint(), now, aheadMs: () => time.aheadMs, say, refused };
  const endSession = async (caller: Credentials, ended: Credentials): Promise<void> => {
    await iam(caller).send(new DeleteAccessKeyCommand({ AccessKeyId: ended.accessKeyId }));
  };

  chapter('Objects');
  const lakeArn = await createLakeRole(administrator, `${management}`);
  const lake = await assume(withMfa, {
    RoleArn: lakeArn,
    RoleSessionName: 'nightly',
    DurationSeconds: 900,
    Policy: allow(['s3:GetObject'], 'arn:aws:s3:::lake/2026/*'),
  });
  await walkObjects(tour, {
    owner: root,
    ownerAccount: `${management}`,
    readerArn: lakeArn,
    session: lake,
    revoke: () => endSession(administrator, lake),
  });

  chapter('Expiry');
  time.aheadMs += 15 * minuteMs;
  say('Fifteen minutes later (the clock of the service was moved):');
  await refused('the same credentials', () => sts(session).send(new GetCallerIdentityCommand({})));

  chapter('An API elsewhere');
  const verifier = await createVerifier(root);
  const [caller, other] = await Promise.all(
    ['one', 'two'].map((name) => roleSession(withMfa, lakeArn, name)),
  );
  assert.ok(caller && other);
  await walkApi(tour, {
    verifier,
    caller,
    other,
    revoke: () => endSession(administrator, caller),
    stopService: () => api.close(0),
  });
}

function roleSession(caller: Credentials, RoleArn: string, RoleSessionName: string): Promise<Credentials> {
  return assume(caller, { RoleArn, RoleSessionName });
}

/** Creates a role of the other account that trusts ada and may read the lake, and returns its ARN. */
async function createLakeRole(administrator: Credentials, trusted: string): Promise<string> {
  const client = iam(administrator);
  const { Role } = await client.send(
    new CreateRoleCommand({
      RoleName: 'lake',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${trusted}:user/ada` },
          Action: 'sts:AssumeRole',
        },
      }),
    }),
  );
  const policy = { RoleName: 'lake', PolicyName: 'read' };
  await client.send(
    new PutRolePolicyCommand({ ...policy, PolicyDocument: allow(['s3:GetObject'], 'arn:aws:s3:::lake/*') }),
  );
  assert.ok(Role?.Arn);
  return Role.Arn;
}

/** Creates a user for a resource elsewhere, who may ask for the signing keys of one service and for what has changed. */
async function createVerifier(root: Credentials): Promise<Credentials> {
  const client = iam(root);
  await client.send(new CreateUserCommand({ UserName: 'orders-api' }));
  const policy = { UserName: 'orders-api', PolicyName: 'verify' };
  const keys = 'arn:aws:brevet:us-east-1:*:signing-key/execute-api';
  await client.send(
    new PutUserPolicyCommand({
      ...policy,
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'brevet:GetSigningKey', Resource: keys },
          { Effect: 'Allow', Action: 'brevet:GetChanges', Resource: '*' },
        ],
      }),
    }),
  );
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: 'orders-api' }));
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey);
  say('The API has a user of its own, who may learn keys for execute-api in us-east-1 and what has changed.');
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}

/** Starts to listen, makes the first account, and returns its root key. */
async function start(): Promise<Credentials> {
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  const root = {
    accessKeyId: 'AKIADEMODEMODEMODEMO',
    secretAccessKey: randomBytes(30).toString('base64'),
  };
  await createFirstAccount(
    {
      accountName: 'management',
      accountId: undefined,
      rootAccessKey: { id: root.accessKeyId, secret: root.secretAccessKey },
    },
    { identity: house.identity, box: house.box, random: randomBytes, now: now() },
  );
  say(`brevet answers on ${endpoint()}: STS, IAM, Organizations and more, for every Region, on one port.`);
  return root;
}

/** Creates ada, who may assume those roles, with an access key and a virtual MFA device that is enabled. */
async function createUser(root: Credentials, roles: string) {
  const client = iam(root);
  await client.send(new CreateUserCommand({ UserName: 'ada' }));
  const policy = { UserName: 'ada', PolicyName: 'assume' };
  await client.send(
    new PutUserPolicyCommand({
      ...policy,
      PolicyDocument: allow(['sts:AssumeRole', 'sts:TagSession'], roles),
    }),
  );
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
  const { VirtualMFADevice } = await client.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'ada' }),
  );
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey);
  assert.ok(VirtualMFADevice?.SerialNumber && VirtualMFADevice.Base32StringSeed);
  const secret = Secret.fromBase32(Buffer.from(VirtualMFADevice.Base32StringSeed).toString());
  const codeAt = (timestamp: number) => new TOTP({ secret, digits: 6, period: 30 }).generate({ timestamp });
  await client.send(
    new EnableMFADeviceCommand({
      UserName: 'ada',
      SerialNumber: VirtualMFADevice.SerialNumber,
      AuthenticationCode1: codeAt(now() - 30_000),
      AuthenticationCode2: codeAt(now()),
    }),
  );
  say(
    'Root created the user ada with an access key and a virtual MFA device, enabled with two codes in a row.',
  );
  // The next code that the device shows.
  time.aheadMs += minuteMs;
  const user = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  return { user, device: { serial: VirtualMFADevice.SerialNumber, secret } };
}

/** Creates the role of the tour in the other account and returns its ARN. */
async function createRole(administrator: Credentials, trusted: string): Promise<string> {
  const client = iam(administrator);
  const { Policy } = await client.send(
    new CreatePolicyCommand({
      PolicyName: 'users-and-groups',
      PolicyDocument: allow(['iam:*User*', 'iam:*Group*']),
    }),
  );
  const { Role } = await client.send(
    new CreateRoleCommand({
      RoleName: 'reader',
      PermissionsBoundary: Policy?.Arn,
      Tags: [{ Key: 'team', Value: 'lake' }],
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${trusted}:user/ada` },
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: { 'sts:ExternalId': 'lake-42' },
              Bool: { 'aws:MultiFactorAuthPresent': 'true' },
            },
          },
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${trusted}:user/ada` },
            Action: 'sts:TagSession',
          },
        ],
      }),
    }),
  );
  const policy = { RoleName: 'reader', PolicyName: 'read' };
  await client.send(
    new PutRolePolicyCommand({ ...policy, PolicyDocument: allow(['iam:Get*', 'iam:List*']) }),
  );
  assert.ok(Role?.Arn);
  return Role.Arn;
}

async function assume(caller: Credentials, input: AssumeRoleCommandInput): Promise<Credentials> {
  return credentialsOf(await sts(caller).send(new AssumeRoleCommand(input)));
}

async function sessionOf(
  caller: Credentials,
  mfa: { readonly SerialNumber: string; readonly TokenCode: string },
): Promise<Credentials> {
  return credentialsOf(await sts(caller).send(new GetSessionTokenCommand(mfa)));
}

function credentialsOf({ Credentials: answer }: Pick<AssumeRoleCommandOutput, 'Credentials'>): Credentials {
  assert.ok(answer?.AccessKeyId && answer.SecretAccessKey && answer.SessionToken);
  return {
    accessKeyId: answer.AccessKeyId,
    secretAccessKey: answer.SecretAccessKey,
    sessionToken: answer.SessionToken,
  };
}

/** Makes a call that must be refused and tells how. */
async function refused(what: string, call: () => Promise<unknown>): Promise<void> {
  const error = await failureOf(what, call);
  say(`  refused  ${what}: ${error.name}: ${error.message.trim()}`);
}

/** Makes calls that policy must deny, and has somebody who may decode the sealed reason that comes with each. */
function deniedTo(caller: Credentials, reader: Credentials) {
  return async (what: string, call: (client: IAMClient) => Promise<unknown>): Promise<void> => {
    const client = iam(caller);
    let sealed: string | undefined;
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { headers = {} } = result.response as { readonly headers?: Record<string, string> };
        sealed = headers[authorizationMessageHeader];
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    const error = await failureOf(what, () => call(client));
    assert.equal(error.name, 'AccessDenied');
    say(`  denied   ${what}: ${error.message}`);
    assert.ok(sealed, 'a denial carries its sealed reason');
    const { DecodedMessage } = await sts(reader).send(
      new DecodeAuthorizationMessageCommand({ EncodedMessage: sealed }),
    );
    const { explicitDeny, failures, matchedStatements } = JSON.parse(DecodedMessage ?? '{}');
    say(`           decoded: ${JSON.stringify({ explicitDeny, failures, matchedStatements })}`);
  };
}

async function failureOf(what: string, call: () => Promise<unknown>): Promise<Error> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new Error(`${what} was allowed`);
}

function allow(actions: readonly string[], resource = '*'): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
  });
}

function sts(credentials: Credentials): STSClient {
  return keep(new STSClient(options(credentials)));
}

function iam(credentials: Credentials): IAMClient {
  return keep(new IAMClient(options(credentials)));
}

function keep<C extends { destroy(): void }>(client: C): C {
  clients.push(client);
  return client;
}

/** What every client is made with. Its clock is the service's. */
function options(credentials: Credentials) {
  return { endpoint: endpoint(), region, credentials, maxAttempts: 1, systemClockOffset: time.aheadMs };
}

function endpoint(): string {
  return `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
}

function now(): number {
  return Date.now() + time.aheadMs;
}

function chapter(title: string): void {
  say(`\n── ${title}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
