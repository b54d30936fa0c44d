import type { OrganizationDocument } from '#stores/identity';

/** The services that an organization can trust here: those that something depends on. */
export const trustableServices: ReadonlySet<string> = new Set(['account.amazonaws.com', 'iam.amazonaws.com']);

/** True when the organization lets that service act in its accounts (Organizations API, "EnableAWSServiceAccess"). */
export function trustsService(organization: OrganizationDocument, principal: string): boolean {
  return organization.trustedServices?.some((trusted) => trusted.principal === principal) === true;
}

/**
 * True when that account is registered to manage the service for the whole organization, or, without a service, any service.
 * INVARIANT: who is registered for a service that is no longer trusted manages nothing.
 */
export function isDelegatedAdministrator(
  organization: OrganizationDocument,
  account: string,
  principal?: string,
): boolean {
  return (organization.delegatedAdministrators ?? []).some(
    (delegated) =>
      delegated.account === account &&
      (principal === undefined || delegated.principal === principal) &&
      trustsService(organization, delegated.principal),
  );
}
