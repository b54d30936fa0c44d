import { type Caller, isDelegatedAdministrator } from '#services/operation';
import type { AccountDocument, IdentityState, OrganizationDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';

/** The caller's account as it is now. Throws InvalidClientTokenId when it is gone. */
export function callingAccount(state: IdentityState, caller: Caller): AccountDocument {
  const account = state.all('account').get(caller.account.id);
  if (account === undefined) throw fault('InvalidClientTokenId');
  return account;
}

/** The organization that the caller's account belongs to, if any. */
export function findOrganization(state: IdentityState, caller: Caller): OrganizationDocument | undefined {
  const membership = state.all('account').get(caller.account.id)?.organization;
  return membership === undefined ? undefined : state.all('organization').get(membership.id);
}

/** The organization that the caller's account belongs to. Throws AWSOrganizationsNotInUseException. */
export function organizationOf(state: IdentityState, caller: Caller): OrganizationDocument {
  const organization = findOrganization(state, caller);
  if (organization === undefined) {
    throw fault('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
  }
  return organization;
}

/**
 * The organization that the caller's account manages. Throws AWSOrganizationsNotInUseException, or AccessDeniedException for a
 * member: whatever its policies allow, a member does not see or change the others.
 */
export function managedOrganization(state: IdentityState, caller: Caller): OrganizationDocument {
  const organization = organizationOf(state, caller);
  if (organization.managementAccount !== caller.account.id) throw notForMembers();
  return organization;
}

/**
 * The organization that the caller's account manages or is a delegated administrator in, which may look at everything and change
 * nothing. Throws as `managedOrganization` does.
 */
export function visibleOrganization(state: IdentityState, caller: Caller): OrganizationDocument {
  const organization = organizationOf(state, caller);
  const { id } = caller.account;
  if (organization.managementAccount !== id && !isDelegatedAdministrator(organization, id))
    throw notForMembers();
  return organization;
}

function notForMembers(): Fault {
  return fault('AccessDeniedException', "You don't have permissions to access this resource.");
}

/** The accounts of an organization, sorted by id. */
export function membersOf(
  state: IdentityState,
  organization: OrganizationDocument,
): readonly AccountDocument[] {
  return state
    .all('account')
    .list('')
    .filter((account) => account.organization?.id === organization.id);
}
