import type { AccountCreationDocument, AccountDocument, OrganizationDocument } from '#stores/identity';
import type { OrganizationsTypes } from '#wire/model';
import { accountArn, organizationArn, organizationRootArn } from './names.ts';

/** The `Organization` structure. No policy type is available: none is enforced. */
export function organizationAnswer(
  organization: OrganizationDocument,
  management: AccountDocument | undefined,
): OrganizationsTypes.Organization {
  return {
    Id: organization.id,
    Arn: organizationArn(organization),
    FeatureSet: organization.featureSet,
    MasterAccountArn: accountArn(organization, organization.managementAccount),
    MasterAccountId: organization.managementAccount,
    MasterAccountEmail: management?.email,
    AvailablePolicyTypes: [],
  };
}

/** The `Account` structure of a member. */
export function accountAnswer(
  organization: OrganizationDocument,
  account: AccountDocument,
): OrganizationsTypes.Account {
  return {
    Id: account.id,
    Arn: accountArn(organization, account.id),
    Email: account.email,
    Name: account.name,
    Status: account.organization?.status,
    State: account.organization?.status,
    Paths: [`${organization.id}/${organization.rootId}/${account.id}/`],
    JoinedMethod: account.organization?.joinedMethod,
    JoinedTimestamp: account.organization?.joinedAt,
  };
}

/** The `CreateAccountStatus` structure. */
export function creationAnswer(creation: AccountCreationDocument): OrganizationsTypes.CreateAccountStatus {
  return {
    Id: creation.id,
    AccountName: creation.accountName,
    State: creation.state,
    RequestedTimestamp: creation.requestedAt,
    CompletedTimestamp: creation.completedAt,
    AccountId: creation.account,
    FailureReason: creation.failureReason,
  };
}

/** The `Root` structure. */
export function rootAnswer(organization: OrganizationDocument): OrganizationsTypes.Root {
  return { Id: organization.rootId, Arn: organizationRootArn(organization), Name: 'Root', PolicyTypes: [] };
}
