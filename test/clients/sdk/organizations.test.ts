import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationalUnitCommand,
  DetachPolicyCommand,
  DisablePolicyTypeCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  MoveAccountCommand,
  type OrganizationsClient,
  type PolicyType,
  paginateListAccountsForParent,
  UpdatePolicyCommand,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type AddedUser, addRole, addUser, allow } from '../../principals.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const fullAccess = 'p-FullAWSAccess';

let service: StartedService;
let organizations: OrganizationsClient;
let rootId: string;
/** A member account, and a user there who may do everything. */
let member: string;
let admin: AddedUser;

/** A service with an organization, both policy types enabled, and one member account. */
before(async () => {
  service = await startService();
  organizations = service.organizations(service.root);
  await organizations.send(new CreateOrganizationCommand({}));
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  rootId = idOf(Roots?.[0]);
  await enable('SERVICE_CONTROL_POLICY');
  await enable('RESOURCE_CONTROL_POLICY');
});
after(() => service.stop());
beforeEach(async () => {
  member = await createAccount();
  admin = await addUser(service, 'admin', { account: member, policy: allow('*') });
});

function idOf(answer: { readonly Id?: string | undefined } | undefined): string {
  assert.ok(answer?.Id);
  return answer.Id;
}

async function enable(PolicyType: PolicyType): Promise<void> {
  await organizations.send(new EnablePolicyTypeCommand({ RootId: rootId, PolicyType }));
}

let count = 0;
function fresh(prefix: string): string {
  count += 1;
  return `${prefix}${count}`;
}

async function createAccount(): Promise<string> {
  const name = fresh('account');
  const started = await organizations.send(
    new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }),
  );
  const { CreateAccountStatus } = await organizations.send(
    new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: started.CreateAccountStatus?.Id }),
  );
  assert.ok(CreateAccountStatus?.AccountId);
  return CreateAccountStatus.AccountId;
}

async function createUnit(ParentId: string): Promise<string> {
  const { OrganizationalUnit } = await organizations.send(
    new CreateOrganizationalUnitCommand({ ParentId, Name: fresh('unit') }),
  );
  return idOf(OrganizationalUnit);
}

async function createPolicy(Type: PolicyType, statement: Readonly<Record<string, unknown>>): Promise<string> {
  const { Policy } = await organizations.send(
    new CreatePolicyCommand({ Type, Name: fresh('policy'), Description: '', Content: policy(statement) }),
  );
  return idOf(Policy?.PolicySummary);
}

function policy(statement: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Resource: '*', ...statement }] });
}

async function attach(PolicyId: string, TargetId: string): Promise<void> {
  await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));
}

async function detach(PolicyId: string, TargetId: string): Promise<void> {
  await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId }));
}

async function move(AccountId: string, SourceParentId: string, DestinationParentId: string): Promise<void> {
  await organizations.send(new MoveAccountCommand({ AccountId, SourceParentId, DestinationParentId }));
}

function listUsers(credentials: Credentials): Promise<unknown> {
  return service.iam(credentials).send(new ListUsersCommand({}));
}

function isDenied(text: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, error.message], ['AccessDenied', text]);
    return true;
  };
}

function mayNotListUsers(arn: string, reason: string) {
  return isDenied(`User: ${arn} is not authorized to perform: iam:ListUsers${reason}`);
}

const explicitly = ' with an explicit deny in a service control policy';
const implicitly = ' because no service control policy allows the iam:ListUsers action';

/** An access key of the root of an account, which no call of an SDK can make. */
async function rootOf(account: string): Promise<Credentials> {
  const { key, credentials } = await addUser(service, fresh('root'), { account });
  await service.house.identity.write(({ put }) => put('access-key', { ...key, owner: account }));
  return credentials;
}

describe('a service control policy', () => {
  test('stops the administrator and the root of an account at the next call, and gives both back when it is detached', async () => {
    const root = await rootOf(member);
    await listUsers(admin.credentials);
    await listUsers(root);
    const deny = await createPolicy('SERVICE_CONTROL_POLICY', { Effect: 'Deny', Action: 'iam:List*' });
    await attach(deny, member);
    await assert.rejects(listUsers(admin.credentials), mayNotListUsers(admin.arn, explicitly));
    await assert.rejects(listUsers(root), mayNotListUsers(`arn:aws:iam::${member}:root`, explicitly));
    await service.iam(service.root).send(new ListUsersCommand({}));
    await detach(deny, member);
    await listUsers(admin.credentials);
    await listUsers(root);
  });

  test('of the root limits every member, but not the management account', async () => {
    const manager = await addUser(service, fresh('manager'), { policy: allow('*') });
    const deny = await createPolicy('SERVICE_CONTROL_POLICY', { Effect: 'Deny', Action: 'iam:ListUsers' });
    await attach(deny, rootId);
    await assert.rejects(listUsers(admin.credentials), mayNotListUsers(admin.arn, explicitly));
    await listUsers(manager.credentials);
    await detach(deny, rootId);
    await listUsers(admin.credentials);
  });

  test('must allow at every level: a unit without an Allow stops whoever is moved below it', async () => {
    const outer = await createUnit(rootId);
    const inner = await createUnit(outer);
    const stsOnly = await createPolicy('SERVICE_CONTROL_POLICY', { Effect: 'Allow', Action: 'sts:*' });
    await attach(stsOnly, outer);
    await detach(fullAccess, outer);
    await listUsers(admin.credentials);
    await move(member, rootId, inner);
    await assert.rejects(listUsers(admin.credentials), mayNotListUsers(admin.arn, implicitly));
    await move(member, inner, rootId);
    await listUsers(admin.credentials);
  });

  test('says something else from the request after UpdatePolicy on, and nothing while its type is disabled', async () => {
    const policyId = await createPolicy('SERVICE_CONTROL_POLICY', { Effect: 'Deny', Action: 'sts:*' });
    await attach(policyId, member);
    await listUsers(admin.credentials);
    const Content = policy({ Effect: 'Deny', Action: 'iam:*' });
    await organizations.send(new UpdatePolicyCommand({ PolicyId: policyId, Content }));
    await assert.rejects(listUsers(admin.credentials), mayNotListUsers(admin.arn, explicitly));
    const type = { RootId: rootId, PolicyType: 'SERVICE_CONTROL_POLICY' } as const;
    await organizations.send(new DisablePolicyTypeCommand(type));
    await listUsers(admin.credentials);
    await enable('SERVICE_CONTROL_POLICY');
    await listUsers(admin.credentials);
  });

  test('stops the sessions that an account has already', async () => {
    const role = await addRole(
      service,
      'worker',
      { principals: [admin.arn] },
      { account: member, policy: allow('*') },
    );
    const session = credentialsOf(await assume(admin.credentials, role.arn));
    await listUsers(session);
    const deny = await createPolicy('SERVICE_CONTROL_POLICY', { Effect: 'Deny', Action: 'iam:ListUsers' });
    await attach(deny, member);
    const arn = `arn:aws:sts::${member}:assumed-role/worker/session`;
    await assert.rejects(listUsers(session), mayNotListUsers(arn, explicitly));
  });

  test('does not limit service-linked roles', async () => {
    const role = await addRole(
      service,
      'AWSServiceRoleForTests',
      { principals: [admin.arn] },
      { account: member, policy: allow('*'), path: '/aws-service-role/tests.amazonaws.com/' },
    );
    const session = credentialsOf(await assume(admin.credentials, role.arn));
    const deny = await createPolicy('SERVICE_CONTROL_POLICY', { Effect: 'Deny', Action: 'iam:ListUsers' });
    await attach(deny, member);
    await listUsers(session);
  });

  test('can ask for the place of the account in the organization', async () => {
    const unit = await createUnit(rootId);
    const { OrganizationalUnit } = await organizations.send(
      new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: unit }),
    );
    const deny = await createPolicy('SERVICE_CONTROL_POLICY', {
      Effect: 'Deny',
      Action: 'iam:ListUsers',
      Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${OrganizationalUnit?.Path}*` } },
    });
    await attach(deny, rootId);
    await listUsers(admin.credentials);
    await move(member, rootId, unit);
    await assert.rejects(listUsers(admin.credentials), mayNotListUsers(admin.arn, explicitly));
    await detach(deny, rootId);
  });
});

function assume(credentials: Credentials, RoleArn: string) {
  return service.sts(credentials).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' }));
}

describe('a resource control policy', () => {
  test('limits who may assume the roles of an account, wherever they come from', async () => {
    const outsider = await addUser(service, fresh('outsider'), { policy: allow('*') });
    const role = await addRole(
      service,
      'open',
      { principals: [outsider.arn, admin.arn] },
      { account: member, policy: allow('*') },
    );
    await assume(outsider.credentials, role.arn);
    const deny = await createPolicy('RESOURCE_CONTROL_POLICY', {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRole',
      Condition: { StringNotEquals: { 'aws:PrincipalAccount': member } },
    });
    await attach(deny, member);
    const refused = (arn: string) =>
      isDenied(
        `User: ${outsider.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn} with an explicit deny in a resource control policy`,
      );
    await assert.rejects(assume(outsider.credentials, role.arn), refused(role.arn));
    const missing = `arn:aws:iam::${member}:role/missing`;
    await assert.rejects(assume(outsider.credentials, missing), refused(missing));
    await assume(admin.credentials, role.arn);
    await listUsers(admin.credentials);
    await detach(deny, member);
    await assume(outsider.credentials, role.arn);
  });

  test('says no more of a role that is tagged than of one that is missing', async () => {
    const outsider = await addUser(service, fresh('outsider'), { policy: allow('*') });
    const role = await addRole(
      service,
      'tagged',
      { principals: [outsider.arn] },
      { account: member, tags: [{ key: 'secret', value: 'yes' }] },
    );
    const deny = await createPolicy('RESOURCE_CONTROL_POLICY', {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:ResourceTag/secret': 'yes' } },
    });
    await attach(deny, member);
    for (const arn of [role.arn, `arn:aws:iam::${member}:role/missing`]) {
      await assert.rejects(
        assume(outsider.credentials, arn),
        isDenied(`User: ${outsider.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`),
      );
    }
  });

  test('does not guard the roles of the management account', async () => {
    const role = await addRole(service, fresh('managed'), { principals: [admin.arn] });
    const deny = await createPolicy('RESOURCE_CONTROL_POLICY', {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:*',
    });
    await attach(deny, rootId);
    await assume(admin.credentials, role.arn);
    await detach(deny, rootId);
  });
});

test('a closed account refuses its keys and sessions, and its roles trust nobody', async () => {
  const manager = await addUser(service, fresh('manager'), { policy: allow('*') });
  const role = await addRole(
    service,
    'worker',
    { principals: [manager.arn] },
    { account: member, policy: allow('*') },
  );
  const session = credentialsOf(await assume(manager.credentials, role.arn));
  const root = await rootOf(member);
  await organizations.send(new CloseAccountCommand({ AccountId: member }));
  for (const credentials of [admin.credentials, root, session]) {
    await assert.rejects(service.sts(credentials).send(new GetCallerIdentityCommand({})), {
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    });
  }
  await assert.rejects(
    assume(manager.credentials, role.arn),
    isDenied(`User: ${manager.arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`),
  );
});

test('the accounts of a unit are listed page by page', async () => {
  const unit = await createUnit(rootId);
  const expected = [member, await createAccount(), await createAccount()];
  for (const account of expected) await move(account, rootId, unit);
  const seen: (string | undefined)[] = [];
  const pages = paginateListAccountsForParent({ client: organizations, pageSize: 2 }, { ParentId: unit });
  for await (const { Accounts } of pages) seen.push(...(Accounts ?? []).map(({ Id }) => Id));
  assert.deepEqual(seen, [...expected].sort());
});
