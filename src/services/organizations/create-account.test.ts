import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#services/operation';
import type { OrganizationsTypes } from '#wire/model';
import { createAccount, isFault, openOrganization } from '../../../test/organization-fixture.ts';
import { organizations } from './index.ts';

test('CreateAccount answers IN_PROGRESS and the account and its administrator role are there', async () => {
  const fixture = await openOrganization();
  const answer: OrganizationsTypes.CreateAccountResponse = await fixture.call(organizations.CreateAccount, {
    AccountName: 'Development',
    Email: 'dev@example.com',
  });
  const id = answer.CreateAccountStatus?.Id ?? '';
  assert.match(id, /^car-[a-z0-9]{8,32}$/);
  assert.deepEqual(answer, {
    CreateAccountStatus: {
      Id: id,
      AccountName: 'Development',
      State: 'IN_PROGRESS',
      RequestedTimestamp: fixture.now,
    },
  });
  const { CreateAccountStatus: status }: OrganizationsTypes.DescribeCreateAccountStatusResponse =
    await fixture.call(organizations.DescribeCreateAccountStatus, { CreateAccountRequestId: id });
  assert.match(status?.AccountId ?? '', /^[1-9][0-9]{11}$/);
  assert.deepEqual(status, {
    Id: id,
    AccountName: 'Development',
    State: 'SUCCEEDED',
    RequestedTimestamp: fixture.now,
    CompletedTimestamp: fixture.now,
    AccountId: status?.AccountId,
    FailureReason: undefined,
  });
  const { state } = fixture.identity;
  const role = state.all('role').named(status?.AccountId ?? '', 'OrganizationAccountAccessRole');
  assert.equal(
    role?.trustPolicy,
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}',
  );
  assert.deepEqual(role?.attachedPolicies, ['arn:aws:iam::aws:policy/AdministratorAccess']);
  assert.match(role?.id ?? '', /^AROA[A-Z2-7]{17}$/);
  assert.deepEqual(
    { path: role?.path, seconds: role?.maxSessionDurationSeconds, createdAt: role?.createdAt },
    { path: '/', seconds: 3600, createdAt: fixture.now },
  );
});

test('CreateAccount names the role as asked, and only that role', async () => {
  const fixture = await openOrganization();
  const { AccountId = '' } = await createAccount(fixture, 'member', { RoleName: 'Admin' });
  const roles = fixture.identity.state.all('role').list(AccountId);
  assert.deepEqual(
    roles.map(({ name }) => name),
    ['Admin'],
  );
});

test('an e-mail address that another account has, in whatever case, fails the creation and makes nothing', async () => {
  const fixture = await openOrganization();
  const status = await createAccount(fixture, 'second', { Email: 'Management@Example.com' });
  assert.deepEqual(status, {
    Id: status.Id,
    AccountName: 'second',
    State: 'FAILED',
    RequestedTimestamp: fixture.now,
    CompletedTimestamp: fixture.now,
    AccountId: undefined,
    FailureReason: 'EMAIL_ALREADY_EXISTS',
  });
  assert.equal(fixture.identity.state.all('account').count(''), 1);
});

test('of two creations with one e-mail address at once one succeeds', async () => {
  const fixture = await openOrganization();
  const statuses = await Promise.all([createAccount(fixture, 'twin'), createAccount(fixture, 'twin')]);
  assert.deepEqual(statuses.map(({ State }) => State).sort(), ['FAILED', 'SUCCEEDED']);
  assert.equal(fixture.identity.state.all('account').count(''), 2);
});

test('CreateAccount keeps the tags it is given, after asking policy about them', async () => {
  const fixture = await openOrganization();
  const Tags = [{ Key: 'team', Value: 'blue' }];
  const context = { 'aws:RequestTag/team': 'blue', 'aws:TagKeys': ['team'] };
  const input = { AccountName: 'tagged', Email: 'tagged@example.com', Tags };
  assert.deepEqual(fixture.questions(organizations.CreateAccount, input), [
    { action: 'organizations:CreateAccount', resource: '*', context },
    { action: 'organizations:TagResource', resource: '*', context },
  ]);
  const { AccountId } = await createAccount(fixture, 'tagged', { Tags });
  assert.deepEqual(await fixture.call(organizations.ListTagsForResource, { ResourceId: AccountId }), {
    Tags,
  });
});

test('ListCreateAccountStatus shows the requests in the states asked for', async () => {
  const fixture = await openOrganization();
  const made = await createAccount(fixture, 'member');
  const failed = await createAccount(fixture, 'again', { Email: 'member@example.com' });
  const listed = async (States?: readonly string[]): Promise<readonly unknown[]> => {
    const answer: OrganizationsTypes.ListCreateAccountStatusResponse = await fixture.call(
      organizations.ListCreateAccountStatus,
      { States },
    );
    return answer.CreateAccountStatuses ?? [];
  };
  assert.deepEqual(await listed(['SUCCEEDED']), [made]);
  assert.deepEqual(await listed(['FAILED']), [failed]);
  assert.deepEqual(await listed(['IN_PROGRESS']), []);
  assert.equal((await listed()).length, 2);
});

test('a request of another organization is as absent as one that was never made', async () => {
  const fixture = await openOrganization();
  const { Id } = await createAccount(fixture, 'member');
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
  await fixture.call(organizations.CreateOrganization, {}, stranger);
  const absent = isFault(
    'CreateAccountStatusNotFoundException',
    "We can't find an create account request with the CreateAccountRequestId that you specified.",
  );
  for (const CreateAccountRequestId of [Id, 'car-00000000']) {
    await assert.rejects(
      fixture.call(organizations.DescribeCreateAccountStatus, { CreateAccountRequestId }, stranger),
      absent,
    );
  }
});
