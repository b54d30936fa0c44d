import assert from 'node:assert/strict';
import type { Caller } from '#services/operation';
import { organizations } from '#services/organizations';
import type { OrganizationPolicyType } from '#stores/identity';
import { Fault, type FaultCode } from '#wire/faults';
import type { OrganizationsTypes } from '#wire/model';
import { openServiceFixture, type ServiceFixture } from './service-fixture.ts';

/** A fixture whose account manages an organization. */
export async function openOrganization(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  await fixture.call(organizations.CreateOrganization, {});
  return fixture;
}

/** Creates an account and waits for it; returns the outcome. */
export async function createAccount(
  fixture: ServiceFixture,
  name: string,
  more: Partial<OrganizationsTypes.CreateAccountRequest> = {},
): Promise<OrganizationsTypes.CreateAccountStatus> {
  const input = { AccountName: name, Email: `${name}@example.com`, ...more };
  const started: OrganizationsTypes.CreateAccountResponse = await fixture.call(
    organizations.CreateAccount,
    input,
  );
  const described: OrganizationsTypes.DescribeCreateAccountStatusResponse = await fixture.call(
    organizations.DescribeCreateAccountStatus,
    { CreateAccountRequestId: started.CreateAccountStatus?.Id },
  );
  assert.ok(described.CreateAccountStatus);
  return described.CreateAccountStatus;
}

function rootOf(fixture: ServiceFixture, accountId: string | undefined): Caller {
  const account = fixture.identity.state.all('account').get(accountId ?? '');
  assert.ok(account);
  return { kind: 'root', account, accessKeyId: 'AKIAMEMBER' };
}

/** The root of a new member account. */
export async function memberOf(fixture: ServiceFixture): Promise<Caller> {
  return rootOf(fixture, (await createAccount(fixture, 'member')).AccountId);
}

/** Id of the root of the one organization there is. */
export function rootIdOf(fixture: ServiceFixture): string {
  const [organization] = fixture.identity.state.all('organization').list('');
  assert.ok(organization);
  return organization.rootId;
}

/** An organization with both types of policy enabled. */
export async function openPolicyOrganization(): Promise<ServiceFixture> {
  const fixture = await openOrganization();
  const RootId = rootIdOf(fixture);
  for (const PolicyType of ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'])
    await fixture.call(organizations.EnablePolicyType, { RootId, PolicyType });
  return fixture;
}

/** Creates an organizational unit; returns its id. */
export async function createUnit(fixture: ServiceFixture, parent: string, name: string): Promise<string> {
  const { OrganizationalUnit }: OrganizationsTypes.CreateOrganizationalUnitResponse = await fixture.call(
    organizations.CreateOrganizationalUnit,
    { ParentId: parent, Name: name },
  );
  assert.ok(OrganizationalUnit?.Id);
  return OrganizationalUnit.Id;
}

/** A policy that denies something; returns its id. */
export async function createPolicy(
  fixture: ServiceFixture,
  name: string,
  type: OrganizationPolicyType = 'SERVICE_CONTROL_POLICY',
): Promise<string> {
  const { Policy }: OrganizationsTypes.CreatePolicyResponse = await fixture.call(organizations.CreatePolicy, {
    Name: name,
    Description: `about ${name}`,
    Type: type,
    Content: denyText(type),
  });
  assert.ok(Policy?.PolicySummary?.Id);
  return Policy.PolicySummary.Id;
}

/** The text of a policy that denies STS. */
export function denyText(type: OrganizationPolicyType): string {
  const principal = type === 'RESOURCE_CONTROL_POLICY' ? { Principal: '*' } : {};
  const statement = { Effect: 'Deny', ...principal, Action: 'sts:*', Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** Asserts a fault's code, text and further members; for `assert.rejects`. */
export function isFault(code: FaultCode, text: string, members: object = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Fault);
    assert.deepEqual({ code: error.code, text: error.text }, { code, text });
    assert.deepEqual(error.members, members);
    return true;
  };
}
