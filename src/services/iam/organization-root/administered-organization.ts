import { type Caller, isDelegatedAdministrator, trustsService } from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { fault } from '#wire/faults';

const service = 'iam.amazonaws.com';

/**
 * The organization whose root access the caller's account administers: as its management account, or as IAM's delegated administrator
 * unless it must be the management account. Throws the faults of these operations (IAM API Reference, "ListOrganizationsFeatures").
 */
export function administeredOrganization(
  state: IdentityState,
  caller: Caller,
  by: 'management account' | 'any administrator',
): OrganizationDocument {
  const { id } = caller.account;
  const membership = state.all('account').get(id)?.organization;
  const organization = membership && state.all('organization').get(membership.id);
  if (organization === undefined) {
    throw fault('OrganizationNotFoundException', 'Your account is not a member of an organization.');
  }
  const isManagement = organization.managementAccount === id;
  if (!isManagement && !isDelegatedAdministrator(organization, id, service)) {
    throw fault(
      'AccountNotManagementOrDelegatedAdministratorException',
      'Your account is neither the management account of its organization nor a delegated administrator for IAM.',
    );
  }
  if (organization.featureSet !== 'ALL') {
    throw fault(
      'OrganizationNotInAllFeaturesModeException',
      'Your organization does not have all features enabled.',
    );
  }
  if (!trustsService(organization, service)) {
    throw fault(
      'ServiceAccessNotEnabledException',
      'Your organization does not trust IAM. Call the AWS API EnableAWSServiceAccess for iam.amazonaws.com first.',
    );
  }
  if (!isManagement && by === 'management account') {
    throw fault(
      'CallerIsNotManagementAccountException',
      'Only the management account of the organization can do this.',
    );
  }
  return organization;
}
