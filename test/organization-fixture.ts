import assert from 'node:assert/strict';
import type { Caller } from '#services/operation';
import { organizations } from '#services/organizations';
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

/** Asserts a fault's code, text and further members; for `assert.rejects`. */
export function isFault(code: FaultCode, text: string, members: object = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Fault);
    assert.deepEqual({ code: error.code, text: error.text }, { code, text });
    assert.deepEqual(error.members, members);
    return true;
  };
}
