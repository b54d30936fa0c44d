import type { UniqueId } from '#core/identifiers';
import type { ServiceFixture } from './service-fixture.ts';

/** A kind of what holds policies, with the words that operations, answers and messages use for it. */
export interface HolderCase {
  readonly kind: 'user' | 'group' | 'role';
  readonly noun: 'User' | 'Group' | 'Role';
  readonly member: 'UserName' | 'GroupName' | 'RoleName';
}

export const holderCases: readonly HolderCase[] = [
  { kind: 'user', noun: 'User', member: 'UserName' },
  { kind: 'group', noun: 'Group', member: 'GroupName' },
  { kind: 'role', noun: 'Role', member: 'RoleName' },
];

/** Puts a user, a group and a role of that name into the fixture's account, on path `/staff/` and without policies. */
export async function putHolders(fixture: ServiceFixture, name: string): Promise<void> {
  const holder = {
    account: fixture.account.id,
    name,
    path: '/staff/',
    createdAt: fixture.now,
    inlinePolicies: {},
    attachedPolicies: [],
  };
  const id = (prefix: string) => `${prefix}${name.toUpperCase().padEnd(17, 'A')}` as UniqueId;
  await fixture.identity.write(({ put }) => {
    put('user', { ...holder, id: id('AIDA'), tags: [], groups: [] });
    put('group', { ...holder, id: id('AGPA') });
    put('role', {
      ...holder,
      id: id('AROA'),
      tags: [],
      maxSessionDurationSeconds: 3600,
      trustPolicy: '{}',
      trustedIds: {},
    });
  });
}

/** A policy that allows one action on everything. */
export function allowing(action: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
  });
}
