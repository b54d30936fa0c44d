import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  ListRolesCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { type AddedUser, addAccount, addMfaDevice, addUser, allow } from '../../principals.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const here = '111122223333';
const there = '444455556666';

let service: StartedService;
let begun = 0;
let nextName = 0;
/** May do everything, one in each account. */
let admin: Readonly<Record<string, AddedUser>>;

before(async () => {
  service = await startService();
  begun = Math.floor(Date.now() / 1000) * 1000;
  service.stoppedAt = begun;
  await addAccount(service, there);
  admin = {
    [here]: await addUser(service, 'admin', { policy: allow('*') }),
    [there]: await addUser(service, 'admin', { policy: allow('*'), account: there }),
  };
});
beforeEach(() => {
  service.stoppedAt = begun;
});
after(() => service.stop());

function fresh(prefix: string): string {
  nextName += 1;
  return `${prefix}${nextName}`;
}

function iam(account: string = here) {
  return service.iam(admin[account]?.credentials ?? service.root);
}

interface Statement {
  readonly principal: string | Readonly<Record<string, string | readonly string[]>>;
  readonly actions?: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly effect?: 'Deny';
}

function trust(...statements: readonly Statement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ principal, actions = ['sts:AssumeRole'], condition, effect = 'Allow' }) => ({
      Effect: effect,
      Principal: principal,
      Action: actions,
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  });
}

const trusting = (...principals: readonly string[]): string => trust({ principal: { AWS: principals } });

/** Creates a role with a name of its own and returns its ARN. */
async function createRole(
  document: string,
  input: Partial<CreateRoleCommandInput> = {},
  account: string = here,
): Promise<string> {
  const { Role } = await iam(account).send(
    new CreateRoleCommand({ RoleName: fresh('Role'), AssumeRolePolicyDocument: document, ...input }),
  );
  return Role?.Arn ?? '';
}

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

async function setTrust(arn: string, PolicyDocument: string): Promise<void> {
  await iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: nameOf(arn), PolicyDocument }));
}

async function trustOf(arn: string): Promise<string> {
  const { Role } = await iam().send(new GetRoleCommand({ RoleName: nameOf(arn) }));
  return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
}

async function assume(
  credentials: Credentials,
  RoleArn: string,
  input: Partial<AssumeRoleCommandInput> = {},
): Promise<Credentials> {
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...input });
  return credentialsOf(await service.sts(credentials).send(command));
}

async function whoIs(credentials: Credentials): Promise<string> {
  return (await service.sts(credentials).send(new GetCallerIdentityCommand({}))).Arn ?? '';
}

/** Asserts that the caller may not assume the role, in the one sentence that there is for it. */
async function refused(
  credentials: Credentials,
  arn: string,
  input: Partial<AssumeRoleCommandInput> = {},
  action = 'sts:AssumeRole',
): Promise<void> {
  const caller = await whoIs(credentials);
  await assert.rejects(assume(credentials, arn, input), {
    name: 'AccessDenied',
    message: `User: ${caller} is not authorized to perform: ${action} on resource: ${arn}`,
  });
}

const sessionGone = {
  name: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
};

test('a role is created, described and listed as the SDK reads it', async () => {
  const document = trusting(here);
  const arn = await createRole(document, {
    Path: '/ci/',
    Description: 'deploys & tests <äll>',
    MaxSessionDuration: 43_200,
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  const { Role } = await iam().send(new GetRoleCommand({ RoleName: nameOf(arn) }));
  assert.equal(Role?.Arn, `arn:aws:iam::${here}:role/ci/${nameOf(arn)}`);
  assert.deepEqual(
    [Role.Description, Role.MaxSessionDuration, Role.Tags, Role.RoleLastUsed],
    ['deploys & tests <äll>', 43_200, [{ Key: 'Team', Value: 'blue' }], {}],
  );
  assert.equal(await trustOf(arn), document.replace(here, `arn:aws:iam::${here}:root`));
  const { Roles } = await iam().send(new ListRolesCommand({ PathPrefix: '/ci/' }));
  assert.deepEqual(
    Roles?.map((role) => role.Arn),
    [arn],
  );
});

test('an instance profile shows the role that was put in', async () => {
  const arn = await createRole(trust({ principal: { Service: 'ec2.amazonaws.com' } }));
  const InstanceProfileName = fresh('profile');
  await iam().send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  await iam().send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: nameOf(arn) }));
  const { InstanceProfile } = await iam().send(new GetInstanceProfileCommand({ InstanceProfileName }));
  assert.deepEqual(
    InstanceProfile?.Roles?.map((role) => role.Arn),
    [arn],
  );
  await assert.rejects(iam().send(new DeleteRoleCommand({ RoleName: nameOf(arn) })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must remove roles from instance profile first.',
  });
});

test('who may put roles into profiles but not pass this one is refused', async () => {
  const arn = await createRole(trust({ principal: { Service: 'ec2.amazonaws.com' } }));
  const InstanceProfileName = fresh('profile');
  await iam().send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  const adder = await addUser(service, fresh('adder'), { policy: allow('iam:AddRoleToInstanceProfile') });
  const add = new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: nameOf(arn) });
  await assert.rejects(service.iam(adder.credentials).send(add), {
    name: 'AccessDenied',
    message: `User: ${adder.arn} is not authorized to perform: iam:PassRole on resource: ${arn} because no identity-based policy allows the iam:PassRole action`,
  });
});

test('who may create roles but not tag them creates none with tags', async () => {
  const creator = await addUser(service, fresh('creator'), { policy: allow('iam:CreateRole') });
  const create = (Tags: { Key: string; Value: string }[]) =>
    service
      .iam(creator.credentials)
      .send(
        new CreateRoleCommand({ RoleName: fresh('Role'), AssumeRolePolicyDocument: trusting(here), Tags }),
      );
  await create([]);
  await assert.rejects(create([{ Key: 'Team', Value: 'blue' }]), {
    name: 'AccessDenied',
    message:
      /is not authorized to perform: iam:TagRole on resource: arn:aws:iam::111122223333:role\/Role\d+ /,
  });
});

describe('in one account', () => {
  test('a user who is named needs no policy, and another is refused', async () => {
    const [named, other] = [await addUser(service, fresh('user')), await addUser(service, fresh('user'))];
    const arn = await createRole(trusting(named.arn));
    await assume(named.credentials, arn);
    await refused(other.credentials, arn);
    await refused(admin[here]?.credentials ?? service.root, arn);
  });

  test('sessions of a role that is named need no policy', async () => {
    const user = await addUser(service, fresh('user'));
    const first = await createRole(trusting(user.arn), { Path: '/first/' });
    const second = await createRole(trusting(first));
    await assume(await assume(user.credentials, first), second);
    await refused(user.credentials, second);
  });

  test('a session that is named is the only one of its role', async () => {
    const user = await addUser(service, fresh('user'));
    const first = await createRole(trusting(user.arn), { Path: '/first/' });
    const second = await createRole(trusting(`arn:aws:sts::${here}:assumed-role/${nameOf(first)}/nightly`));
    await assume(await assume(user.credentials, first, { RoleSessionName: 'nightly' }), second);
    await refused(await assume(user.credentials, first, { RoleSessionName: 'Nightly' }), second);
  });

  test('the account, by ARN or by number, leaves it to the policies of its users', async () => {
    const may = await addUser(service, fresh('user'), { policy: allow('sts:AssumeRole') });
    const mayNot = await addUser(service, fresh('user'));
    for (const principal of [here, `arn:aws:iam::${here}:root`]) {
      const arn = await createRole(trusting(principal));
      await assume(may.credentials, arn);
      await refused(mayNot.credentials, arn);
    }
  });

  test('everybody of the account needs no policy where everybody is trusted', async () => {
    const user = await addUser(service, fresh('user'));
    for (const principal of ['*', { AWS: '*' }]) {
      await assume(user.credentials, await createRole(trust({ principal })));
    }
  });

  test('a role assumes itself only when it is trusted to', async () => {
    const user = await addUser(service, fresh('user'));
    const arn = await createRole(trusting(user.arn));
    const session = await assume(user.credentials, arn);
    await refused(session, arn);
    await setTrust(arn, trusting(user.arn, arn));
    await assume(session, arn);
  });

  test('a deny in the trust policy weighs more than any allow', async () => {
    const user = await addUser(service, fresh('user'), { policy: allow('*') });
    const arn = await createRole(
      trust({ principal: { AWS: here } }, { principal: { AWS: user.arn }, effect: 'Deny' }),
    );
    await refused(user.credentials, arn);
    await assume(admin[here]?.credentials ?? service.root, arn);
  });

  test('the ARN must have the case and the path of the role', async () => {
    const user = await addUser(service, fresh('user'));
    const arn = await createRole(trusting(user.arn), { Path: '/Ci/' });
    await assume(user.credentials, arn);
    for (const wrong of [
      arn.replace('/Ci/', '/ci/'),
      arn.replace('/Ci/', '/'),
      arn.replace('/Role', '/role'),
    ]) {
      await refused(user.credentials, wrong);
    }
  });

  test('the longest session can be changed', async () => {
    const user = await addUser(service, fresh('user'));
    const arn = await createRole(trusting(user.arn));
    await assert.rejects(assume(user.credentials, arn, { DurationSeconds: 7200 }), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    await iam().send(new UpdateRoleCommand({ RoleName: nameOf(arn), MaxSessionDuration: 7200 }));
    await assume(user.credentials, arn, { DurationSeconds: 7200 });
  });
});

describe('across accounts', () => {
  test('every form of principal also needs a policy of the caller’s account', async () => {
    const policy = allow('sts:AssumeRole');
    const given = { account: there };
    const may = await addUser(service, fresh('user'), { ...given, policy });
    const mayNot = await addUser(service, fresh('user'), given);
    for (const principals of [[may.arn, mayNot.arn], [there], [`arn:aws:iam::${there}:root`], ['*']]) {
      const arn = await createRole(trusting(...principals));
      await assume(may.credentials, arn);
      await refused(mayNot.credentials, arn);
    }
    await refused(may.credentials, await createRole(trusting(here)));
  });

  test('a role and a session of another account are named by their ARNs', async () => {
    const user = await addUser(service, fresh('user'), { account: there });
    const first = await createRole(trusting(user.arn), { Path: '/first/' }, there);
    const byRole = await createRole(trusting(first));
    const bySession = await createRole(
      trusting(`arn:aws:sts::${there}:assumed-role/${nameOf(first)}/nightly`),
    );
    const session = await assume(user.credentials, first, { RoleSessionName: 'nightly' });
    // Its own account has not allowed it yet.
    await refused(session, byRole);
    await refused(session, bySession);
    const { identity } = service.house;
    const role = identity.state.all('role').named(there, nameOf(first));
    assert.ok(role);
    await identity.write(({ put }) =>
      put('role', { ...role, inlinePolicies: { own: allow('sts:AssumeRole') } }),
    );
    await assume(session, byRole);
    await assume(session, bySession);
    await refused(await assume(user.credentials, first), bySession);
  });

  test('a role that does not exist reads like one that is forbidden, in an account that is there or not', async () => {
    const user = await addUser(service, fresh('user'), { account: there, policy: allow('*') });
    await refused(user.credentials, await createRole(trusting(here)));
    await refused(user.credentials, `arn:aws:iam::${here}:role/none`);
    await refused(user.credentials, 'arn:aws:iam::123456789012:role/none');
    await refused(user.credentials, `arn:aws:iam::${there}:role/none`);
  });
});

describe('conditions of a trust policy', () => {
  test('the external id', async () => {
    const user = await addUser(service, fresh('user'));
    const condition = { StringEquals: { 'sts:ExternalId': 'Agreed-1' } };
    const arn = await createRole(trust({ principal: { AWS: user.arn }, condition }));
    await assume(user.credentials, arn, { ExternalId: 'Agreed-1' });
    for (const input of [{}, { ExternalId: 'agreed-1' }]) await refused(user.credentials, arn, input);
  });

  test('an MFA code', async () => {
    const added = await addUser(service, fresh('user'));
    const device = await addMfaDevice(service, added.user);
    const condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    const arn = await createRole(trust({ principal: { AWS: added.arn }, condition }));
    await refused(added.credentials, arn);
    await assume(added.credentials, arn, { SerialNumber: device.serial, TokenCode: device.code() });
  });

  test('the source identity', async () => {
    const user = await addUser(service, fresh('user'));
    const actions = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
    const condition = { StringEquals: { 'sts:SourceIdentity': 'ada' } };
    const arn = await createRole(trust({ principal: { AWS: user.arn }, actions, condition }));
    await assume(user.credentials, arn, { SourceIdentity: 'ada' });
    for (const input of [{}, { SourceIdentity: 'bob' }]) await refused(user.credentials, arn, input);
    const untold = await createRole(trusting(user.arn));
    await refused(user.credentials, untold, { SourceIdentity: 'ada' }, 'sts:SetSourceIdentity');
  });

  test('session tags', async () => {
    const user = await addUser(service, fresh('user'));
    const tagged = (Value: string) => ({ Tags: [{ Key: 'Team', Value }] });
    const condition = { StringEquals: { 'aws:RequestTag/Team': 'blue' } };
    const arn = await createRole(
      trust(
        { principal: { AWS: user.arn } },
        { principal: { AWS: user.arn }, actions: ['sts:TagSession'], condition },
      ),
    );
    await assume(user.credentials, arn);
    await assume(user.credentials, arn, tagged('blue'));
    await refused(user.credentials, arn, tagged('red'), 'sts:TagSession');
  });
});

describe('a principal that is deleted and made anew', () => {
  test('is not trusted, is shown as its id, and is trusted when saved again', async () => {
    const UserName = fresh('user');
    const old = await addUser(service, UserName);
    const arn = await createRole(trusting(old.arn));
    await assume(old.credentials, arn);
    await iam().send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: old.credentials.accessKeyId }));
    await iam().send(new DeleteUserCommand({ UserName }));
    const anew = await addUser(service, UserName, { policy: allow('*') });
    assert.equal(anew.arn, old.arn);
    await refused(anew.credentials, arn);
    const shown = await trustOf(arn);
    assert.equal(shown, trusting(old.user.id));
    await assert.rejects(setTrust(arn, shown), {
      name: 'MalformedPolicyDocumentException',
      message: `Invalid principal in policy: "AWS":"${old.user.id}"`,
    });
    await setTrust(arn, trusting(anew.arn));
    await assume(anew.credentials, arn);
  });

  test('is still who it was when it was only renamed and moved', async () => {
    const UserName = fresh('user');
    const user = await addUser(service, UserName);
    const arn = await createRole(trusting(user.arn));
    await iam().send(new UpdateUserCommand({ UserName, NewUserName: `${UserName}x`, NewPath: '/moved/' }));
    await assume(user.credentials, arn);
    const shown = await trustOf(arn);
    assert.equal(shown, trusting(`arn:aws:iam::${here}:user/moved/${UserName}x`));
    await iam().send(new CreateUserCommand({ UserName }));
    await setTrust(arn, shown);
    await assume(user.credentials, arn);
  });

  test('loses its sessions and the trust of its sessions when it is a role', async () => {
    const user = await addUser(service, fresh('user'));
    const first = await createRole(trusting(user.arn));
    const byRole = await createRole(trusting(first));
    const bySession = await createRole(
      trusting(`arn:aws:sts::${here}:assumed-role/${nameOf(first)}/session`),
    );
    const session = await assume(user.credentials, first);
    await assume(session, byRole);
    await assume(session, bySession);
    await iam().send(new DeleteRoleCommand({ RoleName: nameOf(first) }));
    await assert.rejects(assume(session, byRole), sessionGone);
    await createRole(trusting(user.arn), { RoleName: nameOf(first) });
    await assert.rejects(whoIs(session), sessionGone);
    const anew = await assume(user.credentials, first);
    await refused(anew, byRole);
    await refused(anew, bySession);
  });

  test('leaves nothing to a role made anew that trusted it', async () => {
    const user = await addUser(service, fresh('user'));
    const arn = await createRole(trusting(user.arn));
    const session = await assume(user.credentials, arn);
    await iam().send(new DeleteRoleCommand({ RoleName: nameOf(arn) }));
    await refused(user.credentials, arn);
    await createRole(trusting(here), { RoleName: nameOf(arn) });
    await refused(user.credentials, arn);
    await assert.rejects(whoIs(session), sessionGone);
  });
});

test('whom nobody knows, and groups, cannot be trusted', async () => {
  for (const principal of [
    `arn:aws:iam::${here}:user/none`,
    `arn:aws:iam::${there}:role/none`,
    `arn:aws:iam::${here}:group/all`,
    `arn:aws:iam::${here}:user/*`,
    'arn:aws:iam::123456789012:root',
  ]) {
    await assert.rejects(createRole(trusting(principal)), {
      name: 'MalformedPolicyDocumentException',
      message: `Invalid principal in policy: "AWS":"${principal}"`,
    });
  }
});
