import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { organizations } from '#services/organizations';
import {
  createPolicy,
  createUnit,
  memberOf,
  openOrganization,
  openPolicyOrganization,
  rootIdOf,
} from '../../../test/organization-fixture.ts';
import type { ServiceFixture } from '../../../test/service-fixture.ts';
import type { Caller } from './caller.ts';
import type { Question } from './operation.ts';
import {
  type OrganizationLevel,
  organizationPathText,
  resourceControlLevels,
  serviceControlLevels,
} from './organization-policies.ts';

const aboutRole: Question = {
  action: 'sts:AssumeRole',
  resource: 'arn:aws:iam::111122223333:role/worker',
  trust: { role: undefined },
};

function namesOf(
  levels: readonly OrganizationLevel[] | undefined,
): readonly (readonly string[])[] | undefined {
  return levels?.map((level) => level.map(({ name }) => name));
}

function callerIn(fixture: ServiceFixture, { account }: Caller): Caller {
  const now = fixture.identity.state.all('account').get(account.id);
  assert.ok(now);
  return { kind: 'root', account: now, accessKeyId: 'AKIAMEMBER' };
}

/** A member in a unit in a unit, with a policy of each type on each of the three levels and the account. */
async function openTree(): Promise<{ readonly fixture: ServiceFixture; readonly member: Caller }> {
  const fixture = await openPolicyOrganization();
  const root = rootIdOf(fixture);
  const outer = await createUnit(fixture, root, 'outer');
  const inner = await createUnit(fixture, outer, 'inner');
  const member = await memberOf(fixture);
  const moved = { AccountId: member.account.id, SourceParentId: root, DestinationParentId: inner };
  await fixture.call(organizations.MoveAccount, moved);
  for (const type of ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'] as const) {
    for (const [name, TargetId] of Object.entries({ root, outer, inner, member: member.account.id })) {
      const PolicyId = await createPolicy(fixture, `${type} ${name}`, type);
      await fixture.call(organizations.AttachPolicy, { PolicyId, TargetId });
    }
  }
  return { fixture, member: callerIn(fixture, member) };
}

describe('the levels of an organization', () => {
  test('are the root, every unit and the account, in this order', async () => {
    const { fixture, member } = await openTree();
    const { state } = fixture.identity;
    const expected = (type: string, aws: string) =>
      ['root', 'outer', 'inner', 'member'].map((name) => [`${type} ${name}`, aws].sort());
    assert.deepEqual(
      namesOf(serviceControlLevels(state, member))?.map((level) => [...level].sort()),
      expected('SERVICE_CONTROL_POLICY', 'FullAWSAccess'),
    );
    assert.deepEqual(
      namesOf(resourceControlLevels(state, member, aboutRole))?.map((level) => [...level].sort()),
      expected('RESOURCE_CONTROL_POLICY', 'RCPFullAWSAccess'),
    );
  });

  test('have no say outside an organization, in its management account, and while the type is not enabled', async () => {
    const { fixture } = await openTree();
    const { state } = fixture.identity;
    const account = await fixture.addAccount('999988887777', 'stranger');
    const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
    for (const caller of [stranger, callerIn(fixture, fixture.root)]) {
      assert.equal(serviceControlLevels(state, caller), undefined);
      assert.equal(resourceControlLevels(state, caller, aboutRole), undefined);
    }
    const plain = await openOrganization();
    const member = await memberOf(plain);
    assert.equal(serviceControlLevels(plain.identity.state, member), undefined);
    assert.equal(resourceControlLevels(plain.identity.state, member, aboutRole), undefined);
  });

  test('of resources are those of the account that owns the resource, whoever asks', async () => {
    const { fixture, member } = await openTree();
    const { state } = fixture.identity;
    const account = await fixture.addAccount('999988887777', 'stranger');
    const stranger: Caller = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' };
    const levels = (caller: Caller, resourceAccount = member.account.id) =>
      resourceControlLevels(state, caller, { ...aboutRole, resourceAccount })?.length;
    assert.equal(levels(stranger), 4);
    assert.equal(levels(callerIn(fixture, fixture.root)), 4);
    assert.equal(levels(member, fixture.account.id), undefined);
    assert.equal(levels(member, account.id), undefined);
  });

  test('of resources are about the services that have such policies, and of STS about roles alone', async () => {
    const { fixture, member } = await openTree();
    const count = (question: Partial<Question>) =>
      resourceControlLevels(fixture.identity.state, member, {
        action: '',
        resource: 'arn:aws:s3:::bucket/key',
        ...question,
      })?.length;
    assert.equal(count({ action: 's3:GetObject' }), 4);
    assert.equal(count({ action: 'S3:GetObject' }), 4);
    assert.equal(count({ action: 's3:ListAllMyBuckets', resource: '*' }), undefined);
    assert.equal(count({ action: 'iam:GetRole' }), undefined);
    assert.equal(count({ action: 'sts:GetFederationToken' }), undefined);
    assert.equal(count({ ...aboutRole, action: 'sts:TagSession' }), 4);
  });

  test('that have lost a part stop the request rather than leave out what it forbids', async () => {
    const { fixture, member } = await openTree();
    const { identity } = fixture;
    const { state } = identity;
    const own = state
      .all('policy-attachment')
      .list(member.account.id)
      .filter(({ policy }) => state.all('organization-policy').get(policy) !== undefined);
    assert.equal(own.length, 2);
    await identity.write((transaction) => {
      for (const { policy } of own) transaction.delete('organization-policy', policy);
    });
    assert.throws(() => serviceControlLevels(state, member), /names no policy/);
    assert.throws(() => resourceControlLevels(state, member, aboutRole), /names no policy/);
    const unit = member.account.organization?.parent ?? '';
    await identity.write((transaction) => transaction.delete('organizational-unit', unit));
    assert.throws(() => serviceControlLevels(state, member), /is not under the root/);
    await identity.write((transaction) =>
      transaction.delete('organization', member.account.organization?.id ?? ''),
    );
    assert.throws(() => serviceControlLevels(state, member), /names no organization/);
  });

  test('make the path that condition keys show', async () => {
    const { fixture, member } = await openTree();
    const { organization } = member.account;
    const inner = organization?.parent ?? '';
    const outer = fixture.identity.state.all('organizational-unit').get(inner)?.parent;
    assert.equal(
      organizationPathText(fixture.identity.state, member.account),
      `${organization?.id}/${rootIdOf(fixture)}/${outer}/${inner}/`,
    );
    assert.equal(organizationPathText(fixture.identity.state, fixture.account), undefined);
  });
});
