import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  DisableRegionCommand,
  EnableRegionCommand,
  GetRegionOptStatusCommand,
  paginateListRegions,
} from '@aws-sdk/client-account';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { type AddedRole, type AddedUser, addAccount, addRole, addUser, allow } from '../../principals.ts';
import { getCallerIdentity, rawRequest, signed } from '../../raw-request.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const accountId = '111122223333';
const otherAccountId = '444455556666';

let service: StartedService;
let admin: AddedUser;
let role: AddedRole;
let foreignRole: AddedRole;

before(async () => {
  service = await startService();
  await addAccount(service, otherAccountId);
  admin = await addUser(service, 'admin', { policy: allow('*') });
  role = await addRole(service, 'role', { principals: [admin.arn] }, { policy: allow('*') });
  foreignRole = await addRole(
    service,
    'role',
    { principals: [admin.arn] },
    { account: otherAccountId, policy: allow('*') },
  );
});
beforeEach(async () => {
  await service.house.identity.write(({ state, put }) => {
    for (const id of [accountId, otherAccountId]) {
      const { disabledRegions: _, ...account } = state.all('account').get(id) ?? assert.fail();
      put('account', account);
    }
  });
});
after(() => service.stop());

const disable = (RegionName: string) =>
  service.account(admin.credentials).send(new DisableRegionCommand({ RegionName }));
const enable = (RegionName: string) =>
  service.account(admin.credentials).send(new EnableRegionCommand({ RegionName }));
const statusOf = async (RegionName: string) =>
  (await service.account(admin.credentials).send(new GetRegionOptStatusCommand({ RegionName })))
    .RegionOptStatus;
const assume = (region: string, { arn }: AddedRole) =>
  service
    .sts(admin.credentials, region)
    .send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'session' }));
const identityOf = (credentials: Credentials, region: string) =>
  service.sts(credentials, region).send(new GetCallerIdentityCommand({}));

async function disabled(call: Promise<unknown>, account: string): Promise<void> {
  await assert.rejects(call, (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, 'RegionDisabledException');
    assert.equal(error.$metadata?.httpStatusCode, 403);
    assert.equal(
      error.message,
      `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`,
    );
    return true;
  });
}

describe('an account’s Regions', () => {
  test('are all on, listed with the SDK’s own paginator', async () => {
    const names: string[] = [];
    for await (const page of paginateListRegions(
      { client: service.account(admin.credentials), pageSize: 10 },
      {},
    )) {
      names.push(...(page.Regions ?? []).map(({ RegionName = '' }) => RegionName));
    }
    assert.equal(names.length, 34);
    assert.equal(await statusOf('eu-west-1'), 'ENABLED_BY_DEFAULT');
    assert.equal(await statusOf('me-south-1'), 'ENABLED');
    for (const region of ['eu-west-1', 'me-south-1']) await assume(region, role);
  });

  test('issue no credentials for the account while it has them off', async () => {
    for (const region of ['eu-west-1', 'me-south-1']) {
      await disable(region);
      assert.equal(await statusOf(region), 'DISABLED');
      await disabled(assume(region, role), accountId);
      const sts = service.sts(admin.credentials, region);
      await disabled(sts.send(new GetSessionTokenCommand({})), accountId);
      await disabled(sts.send(new GetFederationTokenCommand({ Name: 'fed' })), accountId);
      await assume('us-east-1', role);
      await assume('eu-west-2', role);
      await enable(region);
      await assume(region, role);
    }
  });

  test('are asked of the account the credentials are for; where one opts in, of the caller’s too', async () => {
    await disable('eu-west-1');
    await assume('eu-west-1', foreignRole);
    await disable('me-south-1');
    await disabled(assume('me-south-1', foreignRole), accountId);
    await enable('me-south-1');
    await service.house.identity.write(({ state, put }) => {
      const account = state.all('account').get(otherAccountId) ?? assert.fail();
      put('account', { ...account, disabledRegions: ['eu-west-2', 'me-south-1'] });
    });
    for (const region of ['eu-west-2', 'me-south-1'])
      await disabled(assume(region, foreignRole), otherAccountId);
  });

  test('that are off are told only to those whom the role trusts', async () => {
    const stranger = await addUser(service, 'stranger');
    await disable('eu-west-1');
    const sts = service.sts(stranger.credentials, 'eu-west-1');
    await assert.rejects(sts.send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'session' })), {
      name: 'AccessDenied',
    });
  });

  test('say who is calling even when they are off', async () => {
    await disable('eu-west-1');
    assert.equal((await identityOf(admin.credentials, 'eu-west-1')).Arn, admin.arn);
  });

  test('do not include us-east-1 among those that can be off', async () => {
    await assert.rejects(disable('us-east-1'), {
      name: 'ValidationException',
      message: 'Unable to switch region status because of its current opt-in status.',
    });
    await assume('us-east-1', role);
  });

  test('do not end sessions, and IAM, which has one Region, does not ask', async () => {
    const session = credentialsOf(await assume('me-south-1', role));
    await disable('me-south-1');
    assert.match((await identityOf(session, 'me-south-1')).Arn ?? '', /assumed-role/);
    await service.iam(session).send(new ListUsersCommand({}));
  });
});

describe('aws:RequestedRegion', () => {
  test('is the Region of the scope in STS and us-east-1 in IAM', async () => {
    const only = (region: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole', 'iam:ListUsers'],
            Resource: '*',
            Condition: { StringEquals: { 'aws:RequestedRegion': region } },
          },
        ],
      });
    const user = await addUser(service, 'regional', { policy: only('eu-west-1') });
    const open = await addRole(service, 'open', { principals: [`arn:aws:iam::${accountId}:root`] });
    const assumeIn = (region: string) =>
      service
        .sts(user.credentials, region)
        .send(new AssumeRoleCommand({ RoleArn: open.arn, RoleSessionName: 'session' }));
    await assumeIn('eu-west-1');
    await assert.rejects(assumeIn('us-east-1'), { name: 'AccessDenied' });
    await assert.rejects(service.iam(user.credentials).send(new ListUsersCommand({})), {
      name: 'AccessDenied',
    });
    await service.house.identity.write(({ put }) =>
      put('user', { ...user.user, inlinePolicies: { own: only('us-east-1') } }),
    );
    await service.iam(user.credentials).send(new ListUsersCommand({}));
  });
});

describe('a Region that is none', () => {
  test('is refused by its scope', async () => {
    await assert.rejects(identityOf(admin.credentials, 'mars-north-1'), {
      name: 'SignatureDoesNotMatch',
      message: 'Credential should be scoped to a valid region. ',
    });
  });
});

describe('a host that names its Region', () => {
  /** Over HTTP to the service, whatever address the host's name would have. */
  async function call(
    host: string,
    region: string,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const given = await signed(rawRequest({ body: getCallerIdentity, headers: [['host', host]] }), {
      credentials: admin.credentials,
      now: service.now(),
      region,
    });
    return await new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        service.endpoint,
        { method: 'POST', path: '/', headers: Object.fromEntries(given.headers) },
        (incoming) => {
          let body = '';
          incoming.on('data', (chunk: Buffer) => {
            body += chunk.toString();
          });
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(given.body);
    });
  }

  for (const [host, region, other] of [
    ['sts.eu-west-1.localhost:4592', 'eu-west-1', 'us-east-1'],
    ['sts.me-south-1.amazonaws.com', 'me-south-1', 'eu-west-1'],
    ['sts.amazonaws.com', 'us-east-1', 'us-west-2'],
  ] as const) {
    test(`${host} takes signatures for ${region} and no other`, async () => {
      const good = await call(host, region);
      assert.equal(good.status, 200);
      assert.match(good.body, /<Arn>arn:aws:iam::111122223333:user\/admin<\/Arn>/);
      const bad = await call(host, other);
      assert.equal(bad.status, 403);
      assert.match(bad.body, /<Message>Credential should be scoped to a valid region. <\/Message>/);
    });
  }
});
