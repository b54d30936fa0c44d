/**
 * AWS Organizations: how second and further accounts come to be, and who manages them.
 * Owns membership and the record of each CreateAccount request; roles, keys and everything else in an account are IAM's.
 * Only the management account sees the members; a member sees its organization. Called by the pipeline.
 * The table below is also the coverage table of the service.
 */
import { type Operation, type Unsupported, unsupported } from '#services/operation';
import { organizationsOperations as models, type OrganizationsOperationName } from '#wire/model';
import { describeCreateAccountStatus, listCreateAccountStatus } from './account-creations.ts';
import { createAccount } from './create-account.ts';
import { createOrganization } from './create-organization.ts';
import { describeAccount } from './describe-account.ts';
import { describeOrganization } from './describe-organization.ts';
import { listAccounts, listRoots } from './list-accounts.ts';

const billing = 'there is no billing to transfer';
const delegation = 'only the management account administers the organization';
const govCloud = 'there is one partition, aws';
const invitations = 'accounts are created in the organization, not invited';
const leaving = 'accounts stay in the organization they were created in';
const policies = 'organization policies are not built yet';
const serviceAccess = 'no service acts in member accounts on its own';
const tags = 'tags of accounts are not built yet';
const units = 'organizational units are not built yet';

export const organizations = {
  AcceptHandshake: unsupported(models.AcceptHandshake, invitations),
  AttachPolicy: unsupported(models.AttachPolicy, policies),
  CancelHandshake: unsupported(models.CancelHandshake, invitations),
  CloseAccount: unsupported(models.CloseAccount, leaving),
  CreateAccount: createAccount,
  CreateGovCloudAccount: unsupported(models.CreateGovCloudAccount, govCloud),
  CreateOrganization: createOrganization,
  CreateOrganizationalUnit: unsupported(models.CreateOrganizationalUnit, units),
  CreatePolicy: unsupported(models.CreatePolicy, policies),
  DeclineHandshake: unsupported(models.DeclineHandshake, invitations),
  DeleteOrganization: unsupported(models.DeleteOrganization, leaving),
  DeleteOrganizationalUnit: unsupported(models.DeleteOrganizationalUnit, units),
  DeletePolicy: unsupported(models.DeletePolicy, policies),
  DeleteResourcePolicy: unsupported(models.DeleteResourcePolicy, delegation),
  DeregisterDelegatedAdministrator: unsupported(models.DeregisterDelegatedAdministrator, delegation),
  DescribeAccount: describeAccount,
  DescribeCreateAccountStatus: describeCreateAccountStatus,
  DescribeEffectivePolicy: unsupported(models.DescribeEffectivePolicy, policies),
  DescribeHandshake: unsupported(models.DescribeHandshake, invitations),
  DescribeOrganization: describeOrganization,
  DescribeOrganizationalUnit: unsupported(models.DescribeOrganizationalUnit, units),
  DescribePolicy: unsupported(models.DescribePolicy, policies),
  DescribeResourcePolicy: unsupported(models.DescribeResourcePolicy, delegation),
  DescribeResponsibilityTransfer: unsupported(models.DescribeResponsibilityTransfer, billing),
  DetachPolicy: unsupported(models.DetachPolicy, policies),
  DisableAWSServiceAccess: unsupported(models.DisableAWSServiceAccess, serviceAccess),
  DisablePolicyType: unsupported(models.DisablePolicyType, policies),
  EnableAWSServiceAccess: unsupported(models.EnableAWSServiceAccess, serviceAccess),
  EnableAllFeatures: unsupported(models.EnableAllFeatures, invitations),
  EnablePolicyType: unsupported(models.EnablePolicyType, policies),
  InviteAccountToOrganization: unsupported(models.InviteAccountToOrganization, invitations),
  InviteOrganizationToTransferResponsibility: unsupported(
    models.InviteOrganizationToTransferResponsibility,
    billing,
  ),
  LeaveOrganization: unsupported(models.LeaveOrganization, leaving),
  ListAWSServiceAccessForOrganization: unsupported(models.ListAWSServiceAccessForOrganization, serviceAccess),
  ListAccounts: listAccounts,
  ListAccountsForParent: unsupported(models.ListAccountsForParent, units),
  ListAccountsWithInvalidEffectivePolicy: unsupported(
    models.ListAccountsWithInvalidEffectivePolicy,
    policies,
  ),
  ListChildren: unsupported(models.ListChildren, units),
  ListCreateAccountStatus: listCreateAccountStatus,
  ListDelegatedAdministrators: unsupported(models.ListDelegatedAdministrators, delegation),
  ListDelegatedServicesForAccount: unsupported(models.ListDelegatedServicesForAccount, delegation),
  ListEffectivePolicyValidationErrors: unsupported(models.ListEffectivePolicyValidationErrors, policies),
  ListHandshakesForAccount: unsupported(models.ListHandshakesForAccount, invitations),
  ListHandshakesForOrganization: unsupported(models.ListHandshakesForOrganization, invitations),
  ListInboundResponsibilityTransfers: unsupported(models.ListInboundResponsibilityTransfers, billing),
  ListOrganizationalUnitsForParent: unsupported(models.ListOrganizationalUnitsForParent, units),
  ListOutboundResponsibilityTransfers: unsupported(models.ListOutboundResponsibilityTransfers, billing),
  ListParents: unsupported(models.ListParents, units),
  ListPolicies: unsupported(models.ListPolicies, policies),
  ListPoliciesForTarget: unsupported(models.ListPoliciesForTarget, policies),
  ListRoots: listRoots,
  ListTagsForResource: unsupported(models.ListTagsForResource, tags),
  ListTargetsForPolicy: unsupported(models.ListTargetsForPolicy, policies),
  MoveAccount: unsupported(models.MoveAccount, units),
  PutResourcePolicy: unsupported(models.PutResourcePolicy, delegation),
  RegisterDelegatedAdministrator: unsupported(models.RegisterDelegatedAdministrator, delegation),
  RemoveAccountFromOrganization: unsupported(models.RemoveAccountFromOrganization, leaving),
  TagResource: unsupported(models.TagResource, tags),
  TerminateResponsibilityTransfer: unsupported(models.TerminateResponsibilityTransfer, billing),
  UntagResource: unsupported(models.UntagResource, tags),
  UpdateOrganizationalUnit: unsupported(models.UpdateOrganizationalUnit, units),
  UpdatePolicy: unsupported(models.UpdatePolicy, policies),
  UpdateResponsibilityTransfer: unsupported(models.UpdateResponsibilityTransfer, billing),
} satisfies Record<OrganizationsOperationName, Operation | Unsupported>;
