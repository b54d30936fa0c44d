import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iam } from '#services/iam';
import type { Caller, RoleCaller, UserCaller } from '#services/operation';
import { organizations } from '#services/organizations';
import type { StsTypes } from '#wire/model';
import { isFault, memberOf, openOrganization } from '../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { assumeRoot } from './assume-root.ts';

const auditArn = 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials';
const bucketArn = 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy';
const trusted = { ServicePrincipal: 'iam.amazonaws.com' };
const session = {
  kind: 'assumed-role',
  accessKeyId: 'ASIA1' as never,
  account: '111122223333' as never,
  principalId: 'AROAADMIN',
  sessionName: 'ada',
  issuedAt: 0,
  expiresAt: 1,
  region: 'us-east-1',
} as const;

interface Organized {
  readonly fixture: ServiceFixture;
  readonly ada: UserCaller;
  readonly member: Caller;
  readonly id: string;
}

/** An organization with everything switched on, a user of its management account, and a member. */
async function openRootAccess(): Promise<Organized> {
  const fixture = await openOrganization();
  await fixture.call(organizations.EnableAWSServiceAccess, trusted);
  await fixture.call(iam.EnableOrganizationsRootCredentialsManagement, {});
  await fixture.call(iam.EnableOrganizationsRootSessions, {});
  const member = await memberOf(fixture);
  return { fixture, ada: userOf(fixture.root), member, id: member.account.id };
}

function userOf({ account }: Caller): UserCaller {
  return {
    kind: 'user',
    account,
    accessKeyId: 'AKIAADA',
    user: {
      id: 'AIDAADA' as never,
      account: account.id,
      name: 'ada',
      path: '/',
      createdAt: 0,
      inlinePolicies: {},
      attachedPolicies: [],
      tags: [],
      groups: [],
    },
  };
}

function inputFor(target: string, arn = auditArn): StsTypes.AssumeRootRequest {
  return { TargetPrincipal: target, TaskPolicyArn: { arn } };
}

function refusalOf(target: string, account = '111122223333') {
  return isFault(
    'AccessDenied',
    `User: arn:aws:iam::${account}:user/ada is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${target}:root`,
  );
}

test('AssumeRoot gives credentials of the member for fifteen minutes, or less', async () => {
  const { fixture, ada, id } = await openRootAccess();
  const answer: StsTypes.AssumeRootResponse = await fixture.call(assumeRoot, inputFor(id), ada);
  assert.match(answer.Credentials?.AccessKeyId ?? '', /^ASIA/);
  assert.equal(answer.Credentials?.Expiration, Math.floor(fixture.now / 1000) * 1000 + 900_000);
  assert.equal(answer.SourceIdentity, undefined);
  const short: StsTypes.AssumeRootResponse = await fixture.call(
    assumeRoot,
    { ...inputFor(`arn:aws:iam::${id}:root`, bucketArn), DurationSeconds: 60 },
    ada,
  );
  assert.equal(short.Credentials?.Expiration, Math.floor(fixture.now / 1000) * 1000 + 60_000);
});

test('the source identity of the caller goes on', async () => {
  const { fixture, id } = await openRootAccess();
  const { user: _user, ...ada } = userOf(fixture.root);
  const caller: RoleCaller = {
    ...ada,
    kind: 'assumed-role',
    role: { name: 'admin', path: '/', account: ada.account.id } as never,
    session: { ...session, sourceIdentity: 'ada' },
  };
  const answer: StsTypes.AssumeRootResponse = await fixture.call(assumeRoot, inputFor(id), caller);
  assert.equal(answer.SourceIdentity, 'ada');
});

test('the delegated administrator of IAM assumes roots too, as long as IAM is trusted', async () => {
  const { fixture, member, id } = await openRootAccess();
  const other = '444455556666';
  await addMember(fixture, other, fixture.identity.state.all('organization').list('')[0]?.id ?? '');
  const bob = userOf(member);
  const refused = refusalOf(other, id);
  await assert.rejects(fixture.call(assumeRoot, inputFor(other), bob), refused);
  await fixture.call(organizations.EnableAWSServiceAccess, { ServicePrincipal: 'account.amazonaws.com' });
  const delegate = (ServicePrincipal: string) =>
    fixture.call(organizations.RegisterDelegatedAdministrator, { AccountId: id, ServicePrincipal });
  await delegate('account.amazonaws.com');
  await assert.rejects(fixture.call(assumeRoot, inputFor(other), bob), refused);
  await delegate('iam.amazonaws.com');
  const answer: StsTypes.AssumeRootResponse = await fixture.call(assumeRoot, inputFor(other), bob);
  assert.ok(answer.Credentials);
  await assert.rejects(
    fixture.call(assumeRoot, inputFor('111122223333'), bob),
    refusalOf('111122223333', id),
  );
  await fixture.call(organizations.DisableAWSServiceAccess, trusted);
  await assert.rejects(fixture.call(assumeRoot, inputFor(other), bob), refused);
});

/** An account that is a member of that organization. */
async function addMember(fixture: ServiceFixture, id: string, organization: string): Promise<void> {
  const membership = {
    id: organization,
    parent: 'r-test',
    joinedMethod: 'CREATED',
    joinedAt: 0,
    status: 'ACTIVE',
  } as const;
  const account = await fixture.addAccount(id, `account-${id}`);
  await fixture.identity.write(({ put }) => put('account', { ...account, organization: membership }));
}

test('what no policy could allow is refused in the words of a policy', async () => {
  const { fixture, ada, id } = await openRootAccess();
  await fixture.addAccount('999988887777', 'stranger');
  await addMember(fixture, '777788889999', 'o-other');
  for (const target of ['999988887777', '777788889999', '123412341234', '111122223333'])
    await assert.rejects(fixture.call(assumeRoot, inputFor(target), ada), refusalOf(target));
  const stranger = userOf({ ...fixture.root, account: { ...ada.account, id: '999988887777' as never } });
  await assert.rejects(fixture.call(assumeRoot, inputFor(id), stranger), refusalOf(id, '999988887777'));
  await fixture.call(organizations.CloseAccount, { AccountId: id });
  await assert.rejects(fixture.call(assumeRoot, inputFor(id), ada), refusalOf(id));
});

test('each task needs its feature, and both need that the organization trusts IAM', async () => {
  const { fixture, ada, id } = await openRootAccess();
  await fixture.call(iam.DisableOrganizationsRootSessions, {});
  await assert.rejects(fixture.call(assumeRoot, inputFor(id, bucketArn), ada), refusalOf(id));
  await fixture.call(assumeRoot, inputFor(id, auditArn), ada);
  await fixture.call(iam.DisableOrganizationsRootCredentialsManagement, {});
  await fixture.call(iam.EnableOrganizationsRootSessions, {});
  await assert.rejects(fixture.call(assumeRoot, inputFor(id, auditArn), ada), refusalOf(id));
  await fixture.call(assumeRoot, inputFor(id, bucketArn), ada);
  await fixture.call(organizations.DisableAWSServiceAccess, trusted);
  await assert.rejects(fixture.call(assumeRoot, inputFor(id, bucketArn), ada), refusalOf(id));
});

test('roots, users’ sessions and federated users assume no root', async () => {
  const { fixture, ada } = await openRootAccess();
  const refuse = assumeRoot.refuse;
  assert.ok(refuse);
  const text = (caller: Caller) => refuse(caller)?.text;
  assert.equal(text(fixture.root), 'Root may not be assumed by root accounts.');
  assert.equal(
    text({ ...ada, session: { ...session, kind: 'session-token' } }),
    'Cannot call AssumeRoot with session credentials',
  );
  assert.equal(
    text({
      kind: 'federated-user',
      account: ada.account,
      accessKeyId: 'ASIA1',
      issuer: ada.user,
      session: { ...session, kind: 'federated-user' },
    }),
    'Cannot call AssumeRoot with session credentials',
  );
  assert.equal(text(ada), undefined);
});

test('the global endpoint assumes no root', async () => {
  const { fixture, ada, id } = await openRootAccess();
  fixture.isGlobalEndpoint = true;
  await assert.rejects(
    fixture.call(assumeRoot, inputFor(id), ada),
    isFault('AccessDenied', 'AssumeRoot is not available on the global endpoint'),
  );
});

test('neither in a Region that the member has switched off', async () => {
  const { fixture, ada, id } = await openRootAccess();
  fixture.region = 'eu-west-1';
  await fixture.identity.write(({ state, put }) => {
    const account = state.all('account').get(id);
    assert.ok(account);
    put('account', { ...account, disabledRegions: ['eu-west-1'] });
  });
  await assert.rejects(
    fixture.call(assumeRoot, inputFor(id), ada),
    isFault(
      'RegionDisabledException',
      `STS is not activated in this region for account:${id}. Your account administrator can activate STS in this region using the IAM Console.`,
    ),
  );
});

test('what names no account or no task is invalid', async () => {
  const fixture = await openServiceFixture();
  const ada = userOf(fixture.root);
  for (const target of [
    '11112222333x',
    'arn:aws:iam::111122223333:user/root',
    'arn:aws-cn:iam::111122223333:root',
    'arn:aws:iam::111122223333:root ',
  ])
    await assert.rejects(
      fixture.call(assumeRoot, inputFor(target), ada),
      isFault('ValidationError', `${target} is invalid`),
    );
  for (const arn of [
    'arn:aws:iam::aws:policy/AdministratorAccess',
    'arn:aws:iam::aws:policy/root-task/Everything',
    'arn:aws:iam::111122223333:policy/root-task/IAMAuditRootUserCredentials',
    auditArn.toLowerCase(),
  ])
    await assert.rejects(
      fixture.call(assumeRoot, inputFor('111122223333', arn), ada),
      isFault('ValidationError', `${arn} is invalid`),
    );
  await assert.rejects(
    fixture.call(assumeRoot, { TargetPrincipal: '111122223333', TaskPolicyArn: {} }, ada),
    isFault('ValidationError', ' is invalid'),
  );
});

test('the question is about the member’s root and the task, and the caller’s account decides', async () => {
  const fixture = await openServiceFixture();
  assert.deepEqual(fixture.questions(assumeRoot, inputFor('444455556666', bucketArn), userOf(fixture.root)), [
    {
      action: 'sts:AssumeRoot',
      resource: 'arn:aws:iam::444455556666:root',
      resourceAccount: '444455556666',
      callersAccountDecides: true,
      context: { 'sts:TaskPolicyArn': bucketArn },
    },
  ]);
});
