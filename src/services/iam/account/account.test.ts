import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessKeyId, UniqueId } from '#core/identifiers';
import type { Caller, Operation } from '#services/operation';
import type { UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createAccountAlias } from './create-account-alias.ts';
import { deleteAccountAlias } from './delete-account-alias.ts';
import { generateCredentialReport } from './generate-credential-report.ts';
import { getAccountSummary } from './get-account-summary.ts';
import { getCredentialReport } from './get-credential-report.ts';
import { accountOperations } from './index.ts';
import { listAccountAliases } from './list-account-aliases.ts';
import { setSecurityTokenServicePreferences } from './set-security-token-service-preferences.ts';

const account = '111122223333';
const hourMs = 3_600_000;

/** The root of an account, as the account is now. */
function rootOf(fixture: ServiceFixture, id = account): Caller {
  const found = fixture.identity.state.all('account').get(id);
  assert.ok(found);
  return { kind: 'root', account: found, accessKeyId: 'AKIAROOT' };
}

function call<O>(
  fixture: ServiceFixture,
  operation: Operation,
  input: object = {},
  id = account,
): Promise<O> {
  return fixture.call(operation, input, rootOf(fixture, id));
}

function aliases(fixture: ServiceFixture, id = account): Promise<IamTypes.ListAccountAliasesResponse> {
  return call(fixture, listAccountAliases, {}, id);
}

function userNamed(name: string, more: Partial<UserDocument> = {}): UserDocument {
  return {
    id: `AIDA${name.toUpperCase()}` as UniqueId,
    account: account as UserDocument['account'],
    name,
    path: '/',
    createdAt: Date.UTC(2026, 0, 1),
    inlinePolicies: {},
    attachedPolicies: [],
    tags: [],
    groups: [],
    ...more,
  };
}

test('an account has one alias: a new one takes its place', async () => {
  const fixture = await openServiceFixture();
  assert.deepEqual(await aliases(fixture), { AccountAliases: [], IsTruncated: false });
  await call(fixture, createAccountAlias, { AccountAlias: 'first' });
  await call(fixture, createAccountAlias, { AccountAlias: 'second' });
  assert.deepEqual(await aliases(fixture), { AccountAliases: ['second'], IsTruncated: false });
  await call(fixture, deleteAccountAlias, { AccountAlias: 'second' });
  assert.deepEqual(await aliases(fixture), { AccountAliases: [], IsTruncated: false });
});

test('an alias is taken once among all accounts, and free again when it is given up', async () => {
  const fixture = await openServiceFixture();
  const { id } = await fixture.addAccount('444455556666', 'member');
  await call(fixture, createAccountAlias, { AccountAlias: 'prod' });
  const taken = isFault('EntityAlreadyExists', 'The account alias prod already exists.');
  await assert.rejects(call(fixture, createAccountAlias, { AccountAlias: 'prod' }, id), taken);
  await assert.rejects(call(fixture, createAccountAlias, { AccountAlias: 'prod' }), taken);
  await call(fixture, createAccountAlias, { AccountAlias: 'other' });
  await call(fixture, createAccountAlias, { AccountAlias: 'prod' }, id);
  assert.deepEqual((await aliases(fixture, id)).AccountAliases, ['prod']);
});

test('of two accounts that ask for an alias at once one gets it', async () => {
  const fixture = await openServiceFixture();
  const { id } = await fixture.addAccount('444455556666', 'member');
  const outcomes = await Promise.allSettled(
    [account, id].map((each) => call(fixture, createAccountAlias, { AccountAlias: 'prod' }, each)),
  );
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('twelve digits are no alias', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(
    call(fixture, createAccountAlias, { AccountAlias: '444455556666' }),
    isFault(
      'ValidationError',
      'The specified value for accountAlias is invalid. It must not be the 12 digits of an account id.',
    ),
  );
});

test('only the present alias can be deleted', async () => {
  const fixture = await openServiceFixture();
  const absent = isFault('NoSuchEntity', 'The account alias with name prod cannot be found.');
  await assert.rejects(call(fixture, deleteAccountAlias, { AccountAlias: 'prod' }), absent);
  await call(fixture, createAccountAlias, { AccountAlias: 'other' });
  await assert.rejects(call(fixture, deleteAccountAlias, { AccountAlias: 'prod' }), absent);
});

test('SetSecurityTokenServicePreferences chooses the version of tokens', async () => {
  const fixture = await openServiceFixture();
  const version = async (): Promise<number | undefined> => {
    const answer = await call<IamTypes.GetAccountSummaryResponse>(fixture, getAccountSummary);
    return answer.SummaryMap?.GlobalEndpointTokenVersion;
  };
  assert.equal(await version(), 1);
  await call(fixture, setSecurityTokenServicePreferences, { GlobalEndpointTokenVersion: 'v2Token' });
  assert.equal(await version(), 2);
  await call(fixture, setSecurityTokenServicePreferences, { GlobalEndpointTokenVersion: 'v1Token' });
  assert.equal(await version(), 1);
});

test('GetAccountSummary counts what the account has, and nothing of another', async () => {
  const fixture = await openServiceFixture();
  const empty = await call<IamTypes.GetAccountSummaryResponse>(fixture, getAccountSummary);
  assert.deepEqual(empty.SummaryMap, {
    Users: 0,
    UsersQuota: 5000,
    Groups: 0,
    GroupsQuota: 300,
    Roles: 0,
    RolesQuota: 1000,
    InstanceProfiles: 0,
    InstanceProfilesQuota: 1000,
    Policies: 0,
    PoliciesQuota: 1500,
    PolicyVersionsInUse: 0,
    PolicyVersionsInUseQuota: 10000,
    VersionsPerPolicyQuota: 5,
    PolicySizeQuota: 6144,
    UserPolicySizeQuota: 2048,
    GroupPolicySizeQuota: 5120,
    RolePolicySizeQuota: 10240,
    AssumeRolePolicySizeQuota: 2048,
    AttachedPoliciesPerUserQuota: 10,
    AttachedPoliciesPerGroupQuota: 10,
    AttachedPoliciesPerRoleQuota: 20,
    GroupsPerUserQuota: 10,
    AccessKeysPerUserQuota: 2,
    MFADevices: 0,
    MFADevicesInUse: 0,
    AccountMFAEnabled: 0,
    AccountAccessKeysPresent: 0,
    AccountPasswordPresent: 0,
    AccountSigningCertificatesPresent: 0,
    SigningCertificatesPerUserQuota: 2,
    ServerCertificates: 0,
    ServerCertificatesQuota: 20,
    Providers: 0,
    GlobalEndpointTokenVersion: 1,
  });
  const { id } = await fixture.addAccount('444455556666', 'member');
  const own = { account: fixture.account.id, path: '/', createdAt: 0, tags: [] };
  const version = { id: 'v1', document: '{}', createdAt: 0 };
  await fixture.identity.write(({ put }) => {
    put('user', userNamed('a'));
    put('user', userNamed('b'));
    put('user', { ...userNamed('c'), account: id });
    put('group', { ...userNamed('g'), id: 'AGPAG' as UniqueId });
    put('role', {
      ...userNamed('r'),
      id: 'AROAR' as UniqueId,
      maxSessionDurationSeconds: 3600,
      trustPolicy: '{}',
      trustedIds: {},
    });
    put('instance-profile', { ...own, id: 'AIPAI' as UniqueId, name: 'i', roles: [] });
    put('policy', {
      ...own,
      id: 'ANPAP' as UniqueId,
      name: 'p',
      updatedAt: 0,
      versions: [version, { ...version, id: 'v2' }],
      defaultVersion: 'v1',
      lastVersion: 2,
    });
    put('access-key', {
      id: 'AKIAROOT' as AccessKeyId,
      account: own.account,
      owner: account,
      status: 'Active',
      createdAt: 0,
      sealedSecret: '',
    });
    put('mfa-device', { ...own, id: 'free', name: 'free', sealedSeed: '' });
    put('mfa-device', { ...own, id: 'held', name: 'held', sealedSeed: '', owner: account });
  });
  const full = await call<IamTypes.GetAccountSummaryResponse>(fixture, getAccountSummary);
  assert.deepEqual(full.SummaryMap, {
    ...empty.SummaryMap,
    Users: 2,
    Groups: 1,
    Roles: 1,
    InstanceProfiles: 1,
    Policies: 1,
    PolicyVersionsInUse: 2,
    MFADevices: 2,
    MFADevicesInUse: 1,
    AccountMFAEnabled: 1,
    AccountAccessKeysPresent: 1,
  });
});

test('a credential report is there once it was generated, and good for four hours', async () => {
  const fixture = await openServiceFixture();
  const read = (): Promise<IamTypes.GetCredentialReportResponse> => call(fixture, getCredentialReport);
  await assert.rejects(read(), { code: 'ReportNotPresent', text: undefined });
  const started = {
    State: 'STARTED',
    Description: 'No report exists. Starting a new report generation task',
  };
  const generatedAt = fixture.now;
  assert.deepEqual(await call(fixture, generateCredentialReport), started);
  assert.deepEqual(await call(fixture, generateCredentialReport), { State: 'COMPLETE' });
  await fixture.identity.write(({ put }) => put('user', userNamed('late')));
  fixture.now = generatedAt + 4 * hourMs - 1;
  assert.deepEqual(await call(fixture, generateCredentialReport), { State: 'COMPLETE' });
  const report = await read();
  assert.equal(report.ReportFormat, 'text/csv');
  assert.equal(report.GeneratedTime, generatedAt);
  assert.ok(!Buffer.from(report.Content ?? '').includes('late'));
  fixture.now = generatedAt + 4 * hourMs;
  await assert.rejects(read(), { code: 'ReportExpired', text: undefined });
  assert.deepEqual(await call(fixture, generateCredentialReport), started);
  assert.ok(Buffer.from((await read()).Content ?? '').includes('late'));
  const { id } = await fixture.addAccount('444455556666', 'member');
  await assert.rejects(call(fixture, getCredentialReport, {}, id), { code: 'ReportNotPresent' });
});

test('a credential report says who has which credentials', async () => {
  const fixture = await openServiceFixture();
  const { id: accountId } = fixture.account;
  const day = (number: number): number => Date.UTC(2026, 1, number);
  const bob = userNamed('bob', { path: '/a"b/', passwordLastUsedAt: day(5) });
  await fixture.identity.write(({ put }) => {
    put('account', {
      ...fixture.account,
      passwordPolicy: {
        minimumLength: 6,
        requireSymbols: false,
        requireNumbers: false,
        requireUppercase: false,
        requireLowercase: false,
        allowUsersToChange: false,
        maxAgeDays: 90,
      },
    });
    put('user', bob);
    put('user', userNamed('carol,x'));
    put('user', userNamed('dave'));
    const key = { account: accountId, sealedSecret: '' };
    const older = 'AKIAZZ' as AccessKeyId;
    put('access-key', { ...key, id: older, owner: bob.id, status: 'Inactive', createdAt: day(1) });
    const newer = 'AKIAAA' as AccessKeyId;
    put('access-key', { ...key, id: newer, owner: bob.id, status: 'Active', createdAt: day(2) });
    put('last-used', { id: newer, at: day(3), region: 'eu-west-1', service: 'sts' });
    for (const { id } of [bob, userNamed('dave')]) {
      put('login-profile', {
        id,
        account: accountId,
        createdAt: day(1),
        sealedHash: '',
        previousSealedHashes: [],
        changedAt: day(4),
        resetRequired: false,
      });
    }
    const device = { account: accountId, path: '/', createdAt: 0, tags: [], sealedSeed: '' };
    put('mfa-device', { ...device, id: 'phone', name: 'phone', owner: bob.id });
  });
  await call(fixture, generateCredentialReport);
  const report = await call<IamTypes.GetCredentialReportResponse>(fixture, getCredentialReport);
  const none = 'false,N/A,N/A,N/A,N/A';
  const rest = 'false,N/A,false,N/A,N/A';
  assert.deepEqual(
    Buffer.from(report.Content ?? '')
      .toString()
      .split('\n'),
    [
      'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info',
      `<root_account>,arn:aws:iam::${account}:root,2026-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,false,${none},${none},${rest}`,
      `bob,"arn:aws:iam::${account}:user/a""b/bob",2026-01-01T00:00:00+00:00,true,2026-02-05T00:00:00+00:00,2026-02-04T00:00:00+00:00,2026-05-05T00:00:00+00:00,true,false,2026-02-01T00:00:00+00:00,N/A,N/A,N/A,true,2026-02-02T00:00:00+00:00,2026-02-03T00:00:00+00:00,eu-west-1,sts,${rest}`,
      `"carol,x","arn:aws:iam::${account}:user/carol,x",2026-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,${none},${none},${rest}`,
      `dave,arn:aws:iam::${account}:user/dave,2026-01-01T00:00:00+00:00,true,no_information,2026-02-04T00:00:00+00:00,2026-05-05T00:00:00+00:00,false,${none},${none},${rest}`,
    ],
  );
});

test('policy is asked about the account as a whole', async () => {
  const fixture = await openServiceFixture();
  for (const [name, operation] of Object.entries(accountOperations)) {
    assert.deepEqual(fixture.questions(operation, {}), [{ action: `iam:${name}`, resource: '*' }]);
  }
});
