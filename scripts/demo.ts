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
  CreateUserCommand,
  DeleteAccessKeyCommand,
  IAMClient,
  ListGroupsCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
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
import { TOTP } from 'otpauth';
import { authorizationMessageHeader } from '#pipeline';
import { createApiServer } from '#servers/api';
import { compose } from '../src/main/compose.ts';
import { createFirstAccount } from '../src/main/first-start.ts';
import { freePort } from '../test/serve-process.ts';
import { allow, createAda, createLakeRole, createReaderRole, createVerifier, document } from './demo/cast.ts';
import type { Credentials } from './demo/programs.ts';
import {
  openResources,
  type Tour,
  walkAbsence,
  walkApi,
  walkObjects,
  walkRevocation,
} from './demo/resources.ts';

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
let api = await listen(await freePort());
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
  const { user, device } = await createAda(iam(root), `arn:aws:iam::${data}:role/*`, now());
  say(
    'Root created the user ada with an access key and a virtual MFA device, enabled with two codes in a row.',
  );
  // The next code that the device shows.
  time.aheadMs += minuteMs;
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
  const roleArn = await createReaderRole(iam(administrator), `${management}`);
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
  await deleteKey(administrator, first);
  say(`DeleteAccessKey on ${first.accessKeyId} ends one session at its next request:`);
  await refused('the revoked session', () => sts(first).send(new GetCallerIdentityCommand({})));
  await sts(second).send(new GetCallerIdentityCommand({}));
  say('  allowed  the other session of the same role');
  await iam(administrator).send(
    new PutRolePolicyCommand({
      ...{ RoleName: 'reader', PolicyName: 'AWSRevokeOlderSessions' },
      PolicyDocument: document({
        ...{ Effect: 'Deny', Action: '*', Resource: '*' },
        Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(now() + 1000).toISOString() } },
      }),
    }),
  );
  say('A deny on aws:TokenIssueTime ends all sessions that were issued before:');
  await deniedTo(second, administrator)('iam:ListUsers', (client) => client.send(new ListUsersCommand({})));

  await walkResources(
    { root, administrator, ada: withMfa },
    { management: `${management}`, data: `${data}` },
  );
}

/** Resources elsewhere, the end of a session, and the absence and return of the service. */
async function walkResources(
  cast: { readonly root: Credentials; readonly administrator: Credentials; readonly ada: Credentials },
  accounts: { readonly management: string; readonly data: string },
): Promise<void> {
  const { root, administrator, ada } = cast;
  const { management, data } = accounts;
  chapter('Objects');
  const lakeArn = await createLakeRole(iam(administrator), management);
  const lake = { RoleArn: lakeArn, DurationSeconds: 900 };
  const session = await assume(ada, {
    ...{ ...lake, RoleSessionName: 'nightly' },
    Policy: document(
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake/2026/*' },
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: 'arn:aws:execute-api:*:*:orders/prod/GET/orders/*',
      },
    ),
  });
  const other = await assume(ada, { ...lake, RoleSessionName: 'other' });
  const verifier = await createVerifier(iam(root));
  const tour: Tour = { endpoint: endpoint(), now, aheadMs: () => time.aheadMs, say, refused };
  const resources = await openResources(tour, {
    ...{ verifier, bucketOwner: management, apiOwner: data },
  });
  try {
    say(
      `A store that knows one key and no policies stands behind a gateway; ${management} owns its bucket "lake".`,
    );
    say(
      'The gateway knows no secret of any caller: it asks the service for keys of one day, Region and service.',
    );
    await walkObjects(tour, resources, { owner: root, readerArn: lakeArn, session });

    chapter('An API');
    await walkApi(tour, resources, session);

    chapter('Both doors close');
    await walkRevocation(tour, resources, {
      ...{ session, other },
      revoke: () => deleteKey(administrator, session),
    });

    chapter('Nobody to ask');
    await walkAbsence(tour, resources, { other, stopService: () => api.close(0) });
  } finally {
    await resources.close();
  }

  chapter('Expiry');
  api = await listen(Number(new URL(tour.endpoint).port));
  time.aheadMs += 15 * minuteMs;
  say('The service is back, and its clock fifteen minutes ahead:');
  await refused('the same credentials', () => sts(other).send(new GetCallerIdentityCommand({})));
}

async function deleteKey(caller: Credentials, ended: Credentials): Promise<void> {
  await iam(caller).send(new DeleteAccessKeyCommand({ AccessKeyId: ended.accessKeyId }));
}

/** The endpoint, on that port. */
async function listen(port: number): Promise<ReturnType<typeof createApiServer>> {
  const opened = createApiServer({
    handle: async (request) => {
      const answer = await house.answer(request);
      // Clients set their clocks by this header.
      return { ...answer, headers: { ...answer.headers, date: new Date(now()).toUTCString() } };
    },
    onConnectionError: () => undefined,
  });
  await new Promise<void>((resolve) => opened.server.listen(port, '127.0.0.1', resolve));
  return opened;
}

/** Makes the first account, and returns its root key. */
async function start(): Promise<Credentials> {
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
