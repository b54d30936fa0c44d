import { type OrganizationPolicy, organizationPathText, unitPath } from '#services/operation';
import type {
  AccountCreationDocument,
  AccountDocument,
  IdentityState,
  OrganizationalUnitDocument,
  OrganizationDocument,
} from '#stores/identity';
import type { OrganizationsTypes } from '#wire/model';
import { accountArn, organizationArn, organizationRootArn, unitArn } from './names.ts';
import { type Target, targetArn, targetName } from './target.ts';

/**
 * The `Organization` structure. `AvailablePolicyTypes` says no more than AWS's does: service control policies, of whatever
 * status, where all features are on. What is enabled is in the root.
 */
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
    AvailablePolicyTypes:
      organization.featureSet === 'ALL' ? [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] : [],
  };
}

/** The `Account` structure of a member. */
export function accountAnswer(
  state: IdentityState,
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
    Paths: [`${organizationPathText(state, account)}${account.id}/`],
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
  return {
    Id: organization.rootId,
    Arn: organizationRootArn(organization),
    Name: 'Root',
    PolicyTypes: (organization.enabledPolicyTypes ?? []).map((Type) => ({ Type, Status: 'ENABLED' })),
  };
}

/** The `OrganizationalUnit` structure. */
export function unitAnswer(
  state: IdentityState,
  organization: OrganizationDocument,
  unit: OrganizationalUnitDocument,
): OrganizationsTypes.OrganizationalUnit {
  return {
    Id: unit.id,
    Arn: unitArn(organization, unit.id),
    Name: unit.name,
    Path: `${[organization.id, ...unitPath(state, unit)].join('/')}/`,
  };
}

/** The `PolicySummary` structure. */
export function policySummary(policy: OrganizationPolicy): OrganizationsTypes.PolicySummary {
  return {
    Id: policy.id,
    Arn: policy.arn,
    Name: policy.name,
    Description: policy.description,
    Type: policy.type,
    AwsManaged: policy.awsManaged,
  };
}

/** The `PolicyTargetSummary` structure. */
export function targetSummary(
  organization: OrganizationDocument,
  target: Target,
): OrganizationsTypes.PolicyTargetSummary {
  return {
    TargetId: target.id,
    Arn: targetArn(organization, target.id),
    Name: targetName(target),
    Type: target.type,
  };
}
