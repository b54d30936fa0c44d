import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#services/operation';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from '../user/create-user.ts';
import { deleteUser } from '../user/delete-user.ts';
import { updateUser } from '../user/update-user.ts';
import { createRole } from './create-role.ts';
import { deleteRole } from './delete-role.ts';
import { getRole } from './get-role.ts';
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts';

const own = '111122223333';
const foreign = '444455556666';

/** Two accounts; in both a user Bob below /staff/ and a role Deploy below /ci/. */
async function openTwoAccounts(): Promise<ServiceFixture & { readonly stranger: Caller }> {
  const fixture = await openServiceFixture(own);
  const account = await fixture.addAccount(foreign, 'stranger');
  const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  for (const caller of [fixture.root, stranger]) {
    await fixture.call(createUser, { UserName: 'Bob', Path: '/staff/' }, caller);
    await createDeploy(fixture, caller);
  }
  return Object.assign(fixture, { stranger });
}

async function createDeploy(fixture: ServiceFixture, caller: Caller): Promise<void> {
  const input = { RoleName: 'Deploy', Path: '/ci/', AssumeRolePolicyDocument: trusting(caller.account.id) };
  await fixture.call(createRole, input, caller);
}

function trusting(...principals: string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: principals.map((AWS) => ({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' })),
  });
}

async function save(fixture: ServiceFixture, ...principals: string[]): Promise<void> {
  const input = { RoleName: 'Target', AssumeRolePolicyDocument: trusting(...principals) };
  await fixture.call(createRole, input);
}

/** The principals as GetRole shows them, and the whole text it shows. */
async function shown(fixture: ServiceFixture): Promise<{ principals: readonly string[]; text: string }> {
  const { Role }: IamTypes.GetRoleResponse = await fixture.call(getRole, { RoleName: 'Target' });
  const text = decodeURIComponent(Role.AssumeRolePolicyDocument ?? '');
  const { Statement } = JSON.parse(text) as { Statement: { Principal: { AWS: string } }[] };
  return { principals: Statement.map(({ Principal }) => Principal.AWS), text };
}

function idOf(fixture: ServiceFixture, kind: 'user' | 'role', name: string, account = own): string {
  const found = fixture.identity.state.all(kind).named(account, name);
  assert.ok(found);
  return found.id;
}

function isInvalid(principal: string) {
  return isFault('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${principal}"`);
}

test('users, roles and sessions of every account are bound to unique ids, accounts and everybody are not', async () => {
  const fixture = await openTwoAccounts();
  const user = `arn:aws:iam::${own}:user/staff/Bob`;
  const session = `arn:aws:sts::${own}:assumed-role/Deploy/nightly`;
  const foreignUser = `arn:aws:iam::${foreign}:user/staff/Bob`;
  const foreignRole = `arn:aws:iam::${foreign}:role/ci/Deploy`;
  const unbound = ['*', `arn:aws:iam::${foreign}:root`, `arn:aws:sts::${own}:federated-user/bob`];
  const principals = [user, session, foreignUser, foreignRole, ...unbound];
  await save(fixture, ...principals);
  assert.deepEqual(fixture.identity.state.all('role').named(own, 'Target')?.trustedIds, {
    [user]: idOf(fixture, 'user', 'Bob'),
    [session]: idOf(fixture, 'role', 'Deploy'),
    [foreignUser]: idOf(fixture, 'user', 'Bob', foreign),
    [foreignRole]: idOf(fixture, 'role', 'Deploy', foreign),
  });
  assert.deepEqual((await shown(fixture)).principals, principals);
});

test('an account is shown by the ARN of its root', async () => {
  const fixture = await openTwoAccounts();
  await save(fixture, foreign);
  assert.deepEqual((await shown(fixture)).principals, [`arn:aws:iam::${foreign}:root`]);
});

test('who does not exist cannot be trusted', async () => {
  const fixture = await openTwoAccounts();
  await save(fixture, own);
  for (const principal of [
    '123456789012',
    'arn:aws:iam::123456789012:root',
    'arn:aws:iam::123456789012:user/bob',
    'arn:aws:sts::123456789012:federated-user/bob',
    `arn:aws-cn:iam::${own}:root`,
    `arn:aws-cn:sts::${own}:federated-user/bob`,
    `arn:aws-cn:iam::${own}:user/staff/Bob`,
    `arn:aws:iam::${own}:user/nobody`,
    `arn:aws:iam::${own}:user/Bob`,
    `arn:aws:iam::${own}:user/staff/bob`,
    `arn:aws:iam::${own}:user/ci/Deploy`,
    `arn:aws:iam::${own}:role/Deploy`,
    `arn:aws:iam::${own}:role/ci/deploy`,
    `arn:aws:iam::${own}:role/staff/Bob`,
    `arn:aws:sts::${own}:assumed-role/deploy/nightly`,
    `arn:aws:sts::${own}:assumed-role/nobody/nightly`,
    'AIDAAAAAAAAAAAAAAAAAA',
    'AROAAAAAAAAAAAAAAAAAA',
  ]) {
    const text = trusting(own, principal);
    await assert.rejects(
      fixture.call(createRole, { RoleName: 'other', AssumeRolePolicyDocument: text }),
      isInvalid(principal),
    );
    await assert.rejects(
      fixture.call(updateAssumeRolePolicy, { RoleName: 'Target', PolicyDocument: text }),
      isInvalid(principal),
    );
  }
  assert.equal(fixture.identity.state.all('role').named(own, 'other'), undefined);
  assert.deepEqual((await shown(fixture)).principals, [`arn:aws:iam::${own}:root`]);
});

test('who exists is not told before the caller may save a trust policy', async () => {
  const fixture = await openTwoAccounts();
  const AssumeRolePolicyDocument = trusting(`arn:aws:iam::${foreign}:user/nobody`);
  const questions = fixture.questions(createRole, { RoleName: 'Target', AssumeRolePolicyDocument });
  assert.equal(questions.length, 1);
});

test('providers and services are kept as written', async () => {
  const fixture = await openServiceFixture();
  const text = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: {
        Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'],
        Federated: [`arn:aws:iam::${own}:saml-provider/corporate`, 'accounts.google.com'],
      },
      Action: 'sts:*',
    },
  });
  await fixture.call(createRole, { RoleName: 'Target', AssumeRolePolicyDocument: text });
  const { Role }: IamTypes.GetRoleResponse = await fixture.call(getRole, { RoleName: 'Target' });
  assert.equal(decodeURIComponent(Role.AssumeRolePolicyDocument ?? ''), text);
  assert.deepEqual(fixture.identity.state.all('role').named(own, 'Target')?.trustedIds, {});
});

test('a role can name itself once it exists', async () => {
  const fixture = await openServiceFixture(own);
  const itself = `arn:aws:iam::${own}:role/Target`;
  await assert.rejects(save(fixture, itself), isInvalid(itself));
  await save(fixture, own);
  await fixture.call(updateAssumeRolePolicy, { RoleName: 'Target', PolicyDocument: trusting(itself) });
  assert.deepEqual((await shown(fixture)).principals, [itself]);
});

test('a renamed and moved user is shown with the ARN of now', async () => {
  const fixture = await openTwoAccounts();
  await save(fixture, `arn:aws:iam::${own}:user/staff/Bob`);
  await fixture.call(updateUser, { UserName: 'Bob', NewUserName: 'Robert', NewPath: '/former/' });
  assert.deepEqual((await shown(fixture)).principals, [`arn:aws:iam::${own}:user/former/Robert`]);
  // Whoever has the old name now is somebody else.
  await fixture.call(createUser, { UserName: 'Bob', Path: '/staff/' });
  const { principals, text } = await shown(fixture);
  assert.deepEqual(principals, [`arn:aws:iam::${own}:user/former/Robert`]);
  await fixture.call(updateAssumeRolePolicy, { RoleName: 'Target', PolicyDocument: text });
  assert.deepEqual((await shown(fixture)).principals, principals);
});

test('who was deleted is shown by the bare unique id, also when somebody has the name again', async () => {
  const fixture = await openTwoAccounts();
  const principals = [
    `arn:aws:iam::${own}:user/staff/Bob`,
    `arn:aws:iam::${own}:role/ci/Deploy`,
    `arn:aws:sts::${own}:assumed-role/Deploy/nightly`,
    `arn:aws:iam::${foreign}:role/ci/Deploy`,
  ];
  await save(fixture, ...principals);
  const user = idOf(fixture, 'user', 'Bob');
  const role = idOf(fixture, 'role', 'Deploy');
  const left = [user, role, `${role}:nightly`, idOf(fixture, 'role', 'Deploy', foreign)];
  await fixture.call(deleteUser, { UserName: 'Bob' });
  for (const caller of [fixture.root, fixture.stranger])
    await fixture.call(deleteRole, { RoleName: 'Deploy' }, caller);
  assert.deepEqual((await shown(fixture)).principals, left);
  await fixture.call(createUser, { UserName: 'Bob', Path: '/staff/' });
  for (const caller of [fixture.root, fixture.stranger]) await createDeploy(fixture, caller);
  assert.deepEqual((await shown(fixture)).principals, left);
  // What is left of somebody cannot be saved again.
  for (const id of left) {
    await assert.rejects(
      fixture.call(updateAssumeRolePolicy, { RoleName: 'Target', PolicyDocument: trusting(id) }),
      { code: 'MalformedPolicyDocument', message: `Invalid principal in policy: "AWS":"${id}"` },
    );
  }
  // Saved by ARN, the trust is in whoever has it now.
  await fixture.call(updateAssumeRolePolicy, { RoleName: 'Target', PolicyDocument: trusting(...principals) });
  assert.deepEqual((await shown(fixture)).principals, principals);
});

test('the unique id of somebody who exists is shown as the ARN', async () => {
  const fixture = await openTwoAccounts();
  await save(fixture, idOf(fixture, 'user', 'Bob'), idOf(fixture, 'role', 'Deploy', foreign));
  assert.deepEqual((await shown(fixture)).principals, [
    `arn:aws:iam::${own}:user/staff/Bob`,
    `arn:aws:iam::${foreign}:role/ci/Deploy`,
  ]);
});

test('all but the principals is shown as it was written', async () => {
  const fixture = await openTwoAccounts();
  const text = `{
    "Version" : "2012-10-17",
    "Statement": [ { "Sid": "${own}", "Effect": "Allow",
      "Principal": { "AWS": [ "${own}",\t"arn:aws:iam::${own}:user\\/staff/Bob", "${foreign}" ] },
      "Action": "sts:AssumeRole",
      "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": 3600.0 }, "StringEquals": {"sts:ExternalId": "${own} é"} }
    }, { "Effect": "Deny", "Principal": "*", "Action": "sts:TagSession" } ]
  }`;
  await fixture.call(createRole, { RoleName: 'Target', AssumeRolePolicyDocument: text });
  const before = await fixture.call(getRole, { RoleName: 'Target' });
  const { Role }: IamTypes.GetRoleResponse = before;
  assert.equal(
    decodeURIComponent(Role.AssumeRolePolicyDocument ?? ''),
    text
      .replace(`[ "${own}"`, `[ "arn:aws:iam::${own}:root"`)
      .replace(`"${foreign}"`, `"arn:aws:iam::${foreign}:root"`),
  );
  const bob = idOf(fixture, 'user', 'Bob');
  await fixture.call(deleteUser, { UserName: 'Bob' });
  const after: IamTypes.GetRoleResponse = await fixture.call(getRole, { RoleName: 'Target' });
  assert.equal(
    decodeURIComponent(after.Role.AssumeRolePolicyDocument ?? ''),
    text
      .replace(`[ "${own}"`, `[ "arn:aws:iam::${own}:root"`)
      .replace(`arn:aws:iam::${own}:user\\/staff/Bob`, bob)
      .replace(`"${foreign}"`, `"arn:aws:iam::${foreign}:root"`),
  );
});

test('trust saved while its principal is deleted is either bound or refused', async () => {
  const fixture = await openTwoAccounts();
  const bob = `arn:aws:iam::${own}:user/staff/Bob`;
  const [removed, saved] = await Promise.allSettled([
    fixture.call(deleteUser, { UserName: 'Bob' }),
    save(fixture, bob),
  ]);
  assert.equal(removed.status, 'fulfilled');
  assert.ok(saved.status === 'rejected');
  assert.ok(isInvalid(bob)(saved.reason));
});
