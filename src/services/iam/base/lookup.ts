import type { Caller } from '#services/operation';
import type {
  AccountDocument,
  GroupDocument,
  IdentityState,
  InstanceProfileDocument,
  PolicyRecord,
  RoleDocument,
  UserDocument,
} from '#stores/identity';
import { fault, noSuchEntity, unmodifiableRole } from '#wire/faults';

/**
 * The caller's account in that state: what the caller was found with may have changed since.
 * Throws InvalidClientTokenId when it is gone, as their next request will.
 */
export function accountNow(state: IdentityState, caller: Caller): AccountDocument {
  const account = state.all('account').get(caller.account.id);
  if (account === undefined) throw fault('InvalidClientTokenId');
  return account;
}

/** The user of that name. Throws NoSuchEntity. */
export function userNamed(state: IdentityState, account: string, name: string): UserDocument {
  const user = state.all('user').named(account, name);
  if (user === undefined) throw noSuchEntity('user', name);
  return user;
}

/** The group of that name. Throws NoSuchEntity. */
export function groupNamed(state: IdentityState, account: string, name: string): GroupDocument {
  const group = state.all('group').named(account, name);
  if (group === undefined) throw noSuchEntity('group', name);
  return group;
}

/** The role of that name. Throws NoSuchEntity. */
export function roleNamed(state: IdentityState, account: string, name: string): RoleDocument {
  const role = state.all('role').named(account, name);
  if (role === undefined) throw noSuchEntity('role', name);
  return role;
}

/** Where the roles live that services of AWS own; nobody creates or changes a role there by hand. */
export const serviceLinkedPath = '/aws-service-role/';

/** Throws UnmodifiableEntity for the role of a service. */
export function checkModifiable({ name, path }: { readonly name: string; readonly path: string }): void {
  if (path.startsWith(serviceLinkedPath)) throw unmodifiableRole(name);
}

/** The role of that name, to be changed. Throws NoSuchEntity, or UnmodifiableEntity for the role of a service. */
export function modifiableRoleNamed(state: IdentityState, account: string, name: string): RoleDocument {
  const role = roleNamed(state, account, name);
  checkModifiable(role);
  return role;
}

/** The instance profile of that name. Throws NoSuchEntity. */
export function instanceProfileNamed(
  state: IdentityState,
  account: string,
  name: string,
): InstanceProfileDocument {
  const profile = state.all('instance-profile').named(account, name);
  if (profile === undefined) throw noSuchEntity('instance profile', name);
  return profile;
}

/** The customer managed policy of that ARN in that account. Throws NoSuchEntity; another account's policy is as absent as none. */
export function policyNamed(state: IdentityState, account: string, arn: string): PolicyRecord {
  const policy = state.policyByArn(arn);
  if (policy === undefined || policy.account !== account) throw noSuchEntity('policy', arn);
  return policy;
}
