import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrganizationsTypes } from '#wire/model';
import { createAccount, isFault, openOrganization } from '../../../test/organization-fixture.ts';
import { organizations } from './index.ts';

test('DescribeAccount shows a member', async () => {
  const fixture = await openOrganization();
  const { AccountId } = await createAccount(fixture, 'member');
  const { Organization }: OrganizationsTypes.DescribeOrganizationResponse = await fixture.call(
    organizations.DescribeOrganization,
    {},
  );
  const { Account }: OrganizationsTypes.DescribeAccountResponse = await fixture.call(
    organizations.DescribeAccount,
    { AccountId },
  );
  assert.match(Account?.Paths?.[0] ?? '', new RegExp(`^${Organization?.Id}/r-[a-z0-9]{4,32}/${AccountId}/$`));
  assert.deepEqual(Account, {
    Id: AccountId,
    Arn: `arn:aws:organizations::111122223333:account/${Organization?.Id}/${AccountId}`,
    Email: 'member@example.com',
    Name: 'member',
    Status: 'ACTIVE',
    State: 'ACTIVE',
    Paths: Account?.Paths,
    JoinedMethod: 'CREATED',
    JoinedTimestamp: fixture.now,
  });
});

test('an account outside the organization is as absent as one that does not exist', async () => {
  const fixture = await openOrganization();
  await fixture.addAccount('999988887777', 'stranger');
  const absent = isFault('AccountNotFoundException', "You specified an account that doesn't exist.");
  for (const AccountId of ['999988887777', '123412341234']) {
    await assert.rejects(fixture.call(organizations.DescribeAccount, { AccountId }), absent);
  }
});

test('DescribeAccount asks about the ARN of the account within the organization', async () => {
  const fixture = await openOrganization();
  const organization = fixture.identity.state.all('organization').list('')[0];
  assert.deepEqual(fixture.questions(organizations.DescribeAccount, { AccountId: '123412341234' }), [
    {
      action: 'organizations:DescribeAccount',
      resource: `arn:aws:organizations::111122223333:account/${organization?.id}/123412341234`,
    },
  ]);
});

test('ListAccounts pages through the accounts of the organization and no others', async () => {
  const fixture = await openOrganization();
  await fixture.addAccount('999988887777', 'stranger');
  const expected = ['111122223333'];
  for (const name of ['a', 'b', 'c', 'd'])
    expected.push((await createAccount(fixture, name)).AccountId ?? '');
  const seen: (string | undefined)[] = [];
  const sizes: number[] = [];
  let token: string | undefined;
  do {
    const answer: OrganizationsTypes.ListAccountsResponse = await fixture.call(organizations.ListAccounts, {
      MaxResults: 2,
      NextToken: token,
    });
    seen.push(...(answer.Accounts ?? []).map(({ Id }) => Id));
    sizes.push(answer.Accounts?.length ?? 0);
    token = answer.NextToken;
  } while (token !== undefined);
  assert.deepEqual(seen, expected.sort());
  assert.deepEqual(sizes, [2, 2, 1]);
});

test('a page of the default size that is just full is the last one', async () => {
  const fixture = await openOrganization();
  for (let index = 1; index < 20; index++) await createAccount(fixture, `account-${index}`);
  const full: OrganizationsTypes.ListAccountsResponse = await fixture.call(organizations.ListAccounts, {});
  assert.deepEqual([full.Accounts?.length, full.NextToken], [20, undefined]);
  await createAccount(fixture, 'one-more');
  const first: OrganizationsTypes.ListAccountsResponse = await fixture.call(organizations.ListAccounts, {});
  assert.equal(first.Accounts?.length, 20);
  assert.ok(first.NextToken);
});

test('a token that was not handed out is refused', async () => {
  const fixture = await openOrganization();
  const refused = isFault('InvalidInputException', 'You specified an invalid value.', {
    Reason: 'INVALID_NEXT_TOKEN',
  });
  for (const NextToken of ['', 'bogus', 'YWZ0ZXI6MQ', Buffer.from('1').toString('base64')]) {
    await assert.rejects(fixture.call(organizations.ListAccounts, { NextToken }), refused);
  }
});

test('ListRoots shows the one root', async () => {
  const fixture = await openOrganization();
  const organization = fixture.identity.state.all('organization').list('')[0];
  assert.deepEqual(await fixture.call(organizations.ListRoots, {}), {
    Roots: [
      {
        Id: organization?.rootId,
        Arn: `arn:aws:organizations::111122223333:root/${organization?.id}/${organization?.rootId}`,
        Name: 'Root',
        PolicyTypes: [],
      },
    ],
  });
});
