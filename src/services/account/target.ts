import type { ContextValue } from '#core/policy';
import { type Caller, callerArn, isDelegatedAdministrator, type World } from '#services/operation';
import type { AccountDocument, IdentityState, OrganizationDocument } from '#stores/identity';
import { fault } from '#wire/faults';

/** What an Account Management question is about. */
interface Target {
  readonly resource: string;
  readonly context: Readonly<Record<string, ContextValue>>;
}

/**
 * The resource that stands for the named account: a member of an organization is the management account's to administer,
 * so its ARN is within that account (Service Authorization Reference, "AWS Account Management").
 */
export function loadTarget(accountId: string | undefined, { state, caller }: World): Target {
  const organization = organizationOf(state, caller);
  if (accountId === undefined || organization === undefined) {
    return { resource: `arn:aws:account::${caller.account.id}:account`, context: {} };
  }
  return {
    resource: `arn:aws:account::${organization.managementAccount}:account/${organization.id}/${accountId}`,
    context: { 'account:AccountResourceOrgPaths': [`${organization.id}/${organization.rootId}/`] },
  };
}

/**
 * The account that the caller may administer: its own when none is named, or a member when the caller's account manages the
 * organization or this service for it. Throws AccessDeniedException for any other, whether it exists or not.
 */
export function targetAccount(
  action: string,
  accountId: string | undefined,
  state: IdentityState,
  caller: Caller,
): AccountDocument {
  if (accountId === undefined) return presentAccount(state, caller);
  const organization = organizationOf(state, caller);
  if (organization === undefined || !administers(organization, caller)) throw denied(action, caller);
  if (accountId === organization.managementAccount) {
    throw denied(
      action,
      caller,
      'The management account can only be managed using the standalone context from the management account.',
    );
  }
  const account = state.all('account').get(accountId);
  if (account?.organization?.id !== organization.id) throw denied(action, caller);
  return account;
}

function administers(organization: OrganizationDocument, { account: { id } }: Caller): boolean {
  return (
    organization.managementAccount === id ||
    isDelegatedAdministrator(organization, id, 'account.amazonaws.com')
  );
}

function organizationOf(state: IdentityState, caller: Caller) {
  const membership = state.all('account').get(caller.account.id)?.organization;
  return membership === undefined ? undefined : state.all('organization').get(membership.id);
}

function presentAccount(state: IdentityState, caller: Caller): AccountDocument {
  const account = state.all('account').get(caller.account.id);
  if (account === undefined) throw fault('InvalidClientTokenId');
  return account;
}

function denied(action: string, caller: Caller, reason?: string) {
  const text = `User: ${callerArn(caller)} is not authorized to perform: account:${action}`;
  return fault('AccessDeniedException', reason === undefined ? text : `${text} (${reason})`);
}
