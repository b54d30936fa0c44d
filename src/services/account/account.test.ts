import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEnabledByDefault, regionNames } from '#core/regions';
import type { Caller } from '#services/operation';
import { Fault, type FaultCode } from '#wire/faults';
import type { AccountTypes } from '#wire/model';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { account } from './index.ts';

const organizationId = 'o-abcdefghij';
const rootId = 'r-abcd';
const managementId = '111122223333';
const memberId = '444455556666';

/** A fixture whose account manages an organization with one member; beside it stands an account of no organization. */
async function openOrganization(): Promise<
  ServiceFixture & { readonly member: Caller; readonly stranger: Caller }
> {
  const fixture = await openServiceFixture(managementId);
  await fixture.addAccount(memberId, 'member');
  const alone = await fixture.addAccount('777788889999', 'stranger');
  await fixture.identity.write(({ state, put }) => {
    put('organization', {
      id: organizationId,
      rootId,
      managementAccount: fixture.account.id,
      featureSet: 'ALL',
      createdAt: fixture.now,
    });
    for (const id of [managementId, memberId]) {
      const document = state.all('account').get(id);
      assert.ok(document);
      put('account', {
        ...document,
        organization: {
          id: organizationId,
          parent: 'r-test',
          joinedMethod: 'CREATED',
          joinedAt: fixture.now,
          status: 'ACTIVE',
        },
      });
    }
  });
  const member = fixture.identity.state.all('account').get(memberId);
  assert.ok(member);
  return Object.assign(fixture, {
    member: { kind: 'root', account: member, accessKeyId: 'AKIAMEMBER' } as const,
    stranger: { kind: 'root', account: alone, accessKeyId: 'AKIASTRANGER' } as const,
  });
}

async function statusOf(fixture: ServiceFixture, RegionName: string, caller?: Caller): Promise<unknown> {
  const answer: AccountTypes.GetRegionOptStatusResponse = await fixture.call(
    account.GetRegionOptStatus,
    { RegionName },
    caller,
  );
  assert.equal(answer.RegionName, RegionName);
  return answer.RegionOptStatus;
}

function isFault(code: FaultCode, text: string, members: object = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Fault);
    assert.deepEqual({ code: error.code, text: error.text }, { code, text });
    assert.deepEqual(error.members, members);
    return true;
  };
}

const cannotSwitch = isFault(
  'ValidationException',
  'Unable to switch region status because of its current opt-in status.',
  { reason: 'invalidRegionOptTarget' },
);

test('every Region is on at first: by default, or as if opted in to', async () => {
  const fixture = await openServiceFixture();
  const answer: AccountTypes.ListRegionsResponse = await fixture.call(account.ListRegions, {});
  assert.deepEqual(answer, {
    Regions: regionNames.map((RegionName) => ({
      RegionName,
      RegionOptStatus: isEnabledByDefault(RegionName) ? 'ENABLED_BY_DEFAULT' : 'ENABLED',
    })),
  });
  assert.equal(await statusOf(fixture, 'us-east-1'), 'ENABLED_BY_DEFAULT');
  assert.equal(await statusOf(fixture, 'af-south-1'), 'ENABLED');
});

test('a Region that is switched off stays off until it is switched on again', async () => {
  const fixture = await openServiceFixture();
  for (const [region, before] of [
    ['eu-west-1', 'ENABLED_BY_DEFAULT'],
    ['af-south-1', 'ENABLED'],
  ]) {
    assert.equal(await fixture.call(account.DisableRegion, { RegionName: region }), undefined);
    assert.equal(await statusOf(fixture, region ?? ''), 'DISABLED');
    assert.equal(await fixture.call(account.EnableRegion, { RegionName: region }), undefined);
    assert.equal(await statusOf(fixture, region ?? ''), before);
  }
});

test('switching one Region leaves the others and the rest of the account alone', async () => {
  const fixture = await openServiceFixture();
  const before = fixture.identity.state.all('account').get(managementId);
  await fixture.call(account.DisableRegion, { RegionName: 'sa-east-1' });
  await fixture.call(account.DisableRegion, { RegionName: 'ap-east-1' });
  await fixture.call(account.EnableRegion, { RegionName: 'sa-east-1' });
  const after = fixture.identity.state.all('account').get(managementId);
  assert.deepEqual(after, { ...before, disabledRegions: ['ap-east-1'] });
  await fixture.call(account.EnableRegion, { RegionName: 'ap-east-1' });
  assert.deepEqual(fixture.identity.state.all('account').get(managementId), before);
});

test('two Regions switched off at once are both off', async () => {
  const fixture = await openServiceFixture();
  await Promise.all([
    fixture.call(account.DisableRegion, { RegionName: 'eu-west-1' }),
    fixture.call(account.DisableRegion, { RegionName: 'eu-west-2' }),
  ]);
  const document = fixture.identity.state.all('account').get(managementId);
  assert.deepEqual(document?.disabledRegions, ['eu-west-1', 'eu-west-2']);
});

test('us-east-1 cannot be switched off', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(fixture.call(account.DisableRegion, { RegionName: 'us-east-1' }), cannotSwitch);
  assert.equal(await statusOf(fixture, 'us-east-1'), 'ENABLED_BY_DEFAULT');
});

test('a Region that is off cannot be switched off again', async () => {
  const fixture = await openServiceFixture();
  await fixture.call(account.DisableRegion, { RegionName: 'eu-west-1' });
  await assert.rejects(fixture.call(account.DisableRegion, { RegionName: 'eu-west-1' }), cannotSwitch);
});

test('a Region that is on by default cannot be switched on', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(fixture.call(account.EnableRegion, { RegionName: 'eu-west-1' }), cannotSwitch);
});

test('opting in to a Region that is on already succeeds and changes nothing', async () => {
  const fixture = await openServiceFixture();
  const before = fixture.identity.state.all('account').get(managementId);
  await fixture.call(account.EnableRegion, { RegionName: 'af-south-1' });
  assert.deepEqual(fixture.identity.state.all('account').get(managementId), before);
});

for (const name of ['EnableRegion', 'DisableRegion', 'GetRegionOptStatus'] as const) {
  test(`${name} refuses a name that is no Region's`, async () => {
    const fixture = await openServiceFixture();
    const message = 'eu-west-9 is not a valid region for opt-in or opt-out.';
    await assert.rejects(
      fixture.call(account[name], { RegionName: 'eu-west-9' }),
      isFault('ValidationException', message, {
        reason: 'fieldValidationFailed',
        fieldList: [{ name: 'RegionName', message }],
      }),
    );
  });
}

test('an account that is gone since the caller signed has no Regions', async () => {
  const fixture = await openServiceFixture();
  await fixture.identity.write((transaction) => transaction.delete('account', fixture.account.id));
  await assert.rejects(
    fixture.call(account.ListRegions, {}),
    isFault('InvalidClientTokenId', 'The security token included in the request is invalid.'),
  );
});

test('ListRegions shows the Regions of the statuses asked for', async () => {
  const fixture = await openServiceFixture();
  await fixture.call(account.DisableRegion, { RegionName: 'eu-west-1' });
  const namesOf = async (...statuses: string[]): Promise<unknown> => {
    const answer: AccountTypes.ListRegionsResponse = await fixture.call(account.ListRegions, {
      RegionOptStatusContains: statuses,
    });
    return answer.Regions?.map(({ RegionName }) => RegionName);
  };
  const optIn = regionNames.filter((name) => !isEnabledByDefault(name));
  assert.deepEqual(await namesOf('DISABLED'), ['eu-west-1']);
  assert.deepEqual(await namesOf('ENABLED'), optIn);
  assert.deepEqual(await namesOf('DISABLED', 'ENABLED'), [...optIn, 'eu-west-1'].sort());
  assert.deepEqual(await namesOf('ENABLING', 'DISABLING'), []);
});

test('ListRegions pages', async () => {
  const fixture = await openServiceFixture();
  const seen: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const answer: AccountTypes.ListRegionsResponse = await fixture.call(account.ListRegions, {
      MaxResults: 17,
      NextToken: token,
    });
    assert.equal(answer.Regions?.length, 17);
    seen.push(...(answer.Regions ?? []).map(({ RegionName }) => RegionName));
    token = answer.NextToken;
  } while (token !== undefined);
  assert.deepEqual(seen, regionNames);
});

test('ListRegions refuses a token that was not handed out', async () => {
  const fixture = await openServiceFixture();
  const message = 'The value of NextToken is not valid.';
  for (const NextToken of ['', 'bogus']) {
    await assert.rejects(
      fixture.call(account.ListRegions, { NextToken }),
      isFault('ValidationException', message, {
        reason: 'fieldValidationFailed',
        fieldList: [{ name: 'NextToken', message }],
      }),
    );
  }
});

test('a management account switches Regions of a member, not its own', async () => {
  const fixture = await openOrganization();
  await fixture.call(account.DisableRegion, { AccountId: memberId, RegionName: 'eu-west-1' });
  assert.equal(await statusOf(fixture, 'eu-west-1', fixture.member), 'DISABLED');
  assert.equal(await statusOf(fixture, 'eu-west-1'), 'ENABLED_BY_DEFAULT');
  await fixture.call(account.EnableRegion, { AccountId: memberId, RegionName: 'eu-west-1' });
  assert.equal(await statusOf(fixture, 'eu-west-1', fixture.member), 'ENABLED_BY_DEFAULT');
});

const inputs = {
  DisableRegion: { RegionName: 'eu-west-1' },
  EnableRegion: { RegionName: 'af-south-1' },
  GetRegionOptStatus: { RegionName: 'eu-west-1' },
  ListRegions: {},
} as const;

for (const name of Object.keys(inputs) as (keyof typeof inputs)[]) {
  const operation = account[name];
  const denial = (caller: string, reason = '') =>
    isFault(
      'AccessDeniedException',
      `User: arn:aws:iam::${caller}:root is not authorized to perform: account:${name}${reason}`,
    );

  test(`${name} does not take the management account's own id`, async () => {
    const fixture = await openOrganization();
    await assert.rejects(
      fixture.call(operation, { ...inputs[name], AccountId: managementId }),
      denial(
        managementId,
        ' (The management account can only be managed using the standalone context from the management account.)',
      ),
    );
  });

  test(`${name} refuses a management account other accounts, whether they exist or not`, async () => {
    const fixture = await openOrganization();
    for (const AccountId of ['777788889999', '123412341234']) {
      await assert.rejects(fixture.call(operation, { ...inputs[name], AccountId }), denial(managementId));
    }
  });

  test(`${name} refuses everyone else any account id`, async () => {
    const fixture = await openOrganization();
    for (const AccountId of [managementId, memberId, '777788889999']) {
      const input = { ...inputs[name], AccountId };
      await assert.rejects(fixture.call(operation, input, fixture.member), denial(memberId));
      await assert.rejects(fixture.call(operation, input, fixture.stranger), denial('777788889999'));
    }
    assert.equal(await statusOf(fixture, 'eu-west-1', fixture.member), 'ENABLED_BY_DEFAULT');
  });

  test(`${name} asks about the account, or about the member within the organization`, async () => {
    const fixture = await openOrganization();
    const region = name === 'ListRegions' ? {} : { 'account:TargetRegion': inputs[name].RegionName };
    assert.deepEqual(fixture.questions(operation, inputs[name]), [
      { action: `account:${name}`, resource: `arn:aws:account::${managementId}:account`, context: region },
    ]);
    assert.deepEqual(fixture.questions(operation, { ...inputs[name], AccountId: memberId }), [
      {
        action: `account:${name}`,
        resource: `arn:aws:account::${managementId}:account/${organizationId}/${memberId}`,
        context: { 'account:AccountResourceOrgPaths': [`${organizationId}/${rootId}/`], ...region },
      },
    ]);
  });
}
