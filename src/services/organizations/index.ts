/**
 * AWS Organizations: how second and further accounts come to be, who manages them, and the policies that limit them.
 * Owns membership, the tree of organizational units, the policies attached to it, which services it trusts and who manages them, and the
 * record of each CreateAccount request; roles, keys and everything else in an account are IAM's. It enforces no policy: the pipeline
 * collects them at each request. Only the management account and delegated administrators see the members; a member sees its
 * organization. Called by the pipeline.
 * The table below is also the coverage table of the service.
 */
import { type Operation, type Unsupported, unsupported } from '#services/operation';
import { organizationsOperations as models, type OrganizationsOperationName } from '#wire/model';
import { describeCreateAccountStatus, listCreateAccountStatus } from './account-creations.ts';
import { closeAccount } from './close-account.ts';
import { createAccount } from './create-account.ts';
import { createOrganization } from './create-organization.ts';
import { deregisterDelegatedAdministrator, registerDelegatedAdministrator } from './delegation/delegate.ts';
import { listDelegatedAdministrators, listDelegatedServicesForAccount } from './delegation/list-delegated.ts';
import {
  disableAwsServiceAccess,
  enableAwsServiceAccess,
  listAwsServiceAccess,
} from './delegation/service-access.ts';
import { deleteOrganization } from './delete-organization.ts';
import { describeAccount } from './describe-account.ts';
import { describeOrganization } from './describe-organization.ts';
import { listAccounts, listRoots } from './list-accounts.ts';
import { attachPolicy, detachPolicy } from './policy/attach-policy.ts';
import { deletePolicy, describePolicy, updatePolicy } from './policy/change-policy.ts';
import { createPolicy } from './policy/create-policy.ts';
import { describeEffectivePolicy } from './policy/describe-effective-policy.ts';
import { listPolicies, listPoliciesForTarget, listTargetsForPolicy } from './policy/list-policies.ts';
import { disablePolicyType, enablePolicyType } from './policy/policy-types.ts';
import { listTagsForResource, tagResource, untagResource } from './tag-resource.ts';
import { createOrganizationalUnit } from './unit/create-organizational-unit.ts';
import { deleteOrganizationalUnit } from './unit/delete-organizational-unit.ts';
import { describeOrganizationalUnit } from './unit/describe-organizational-unit.ts';
import {
  listAccountsForParent,
  listChildren,
  listOrganizationalUnitsForParent,
} from './unit/list-children.ts';
import { listParents } from './unit/list-parents.ts';
import { moveAccount } from './unit/move-account.ts';
import { updateOrganizationalUnit } from './unit/update-organizational-unit.ts';

const billing = 'there is no billing to transfer';
const delegation = 'policies are administered by the management account alone';
const govCloud = 'there is one partition, aws';
const invitations = 'accounts are created in the organization, not invited';
const leaving = 'accounts stay in the organization they were created in';
const effectivePolicies = 'policy types that have an effective policy configure services that are not here';

export const organizations = {
  AcceptHandshake: unsupported(models.AcceptHandshake, invitations),
  AttachPolicy: attachPolicy,
  CancelHandshake: unsupported(models.CancelHandshake, invitations),
  CloseAccount: closeAccount,
  CreateAccount: createAccount,
  CreateGovCloudAccount: unsupported(models.CreateGovCloudAccount, govCloud),
  CreateOrganization: createOrganization,
  CreateOrganizationalUnit: createOrganizationalUnit,
  CreatePolicy: createPolicy,
  DeclineHandshake: unsupported(models.DeclineHandshake, invitations),
  DeleteOrganization: deleteOrganization,
  DeleteOrganizationalUnit: deleteOrganizationalUnit,
  DeletePolicy: deletePolicy,
  DeleteResourcePolicy: unsupported(models.DeleteResourcePolicy, delegation),
  DeregisterDelegatedAdministrator: deregisterDelegatedAdministrator,
  DescribeAccount: describeAccount,
  DescribeCreateAccountStatus: describeCreateAccountStatus,
  DescribeEffectivePolicy: describeEffectivePolicy,
  DescribeHandshake: unsupported(models.DescribeHandshake, invitations),
  DescribeOrganization: describeOrganization,
  DescribeOrganizationalUnit: describeOrganizationalUnit,
  DescribePolicy: describePolicy,
  DescribeResourcePolicy: unsupported(models.DescribeResourcePolicy, delegation),
  DescribeResponsibilityTransfer: unsupported(models.DescribeResponsibilityTransfer, billing),
  DetachPolicy: detachPolicy,
  DisableAWSServiceAccess: disableAwsServiceAccess,
  DisablePolicyType: disablePolicyType,
  EnableAWSServiceAccess: enableAwsServiceAccess,
  EnableAllFeatures: unsupported(models.EnableAllFeatures, invitations),
  EnablePolicyType: enablePolicyType,
  InviteAccountToOrganization: unsupported(models.InviteAccountToOrganization, invitations),
  InviteOrganizationToTransferResponsibility: unsupported(
    models.InviteOrganizationToTransferResponsibility,
    billing,
  ),
  LeaveOrganization: unsupported(models.LeaveOrganization, leaving),
  ListAWSServiceAccessForOrganization: listAwsServiceAccess,
  ListAccounts: listAccounts,
  ListAccountsForParent: listAccountsForParent,
  ListAccountsWithInvalidEffectivePolicy: unsupported(
    models.ListAccountsWithInvalidEffectivePolicy,
    effectivePolicies,
  ),
  ListChildren: listChildren,
  ListCreateAccountStatus: listCreateAccountStatus,
  ListDelegatedAdministrators: listDelegatedAdministrators,
  ListDelegatedServicesForAccount: listDelegatedServicesForAccount,
  ListEffectivePolicyValidationErrors: unsupported(
    models.ListEffectivePolicyValidationErrors,
    effectivePolicies,
  ),
  ListHandshakesForAccount: unsupported(models.ListHandshakesForAccount, invitations),
  ListHandshakesForOrganization: unsupported(models.ListHandshakesForOrganization, invitations),
  ListInboundResponsibilityTransfers: unsupported(models.ListInboundResponsibilityTransfers, billing),
  ListOrganizationalUnitsForParent: listOrganizationalUnitsForParent,
  ListOutboundResponsibilityTransfers: unsupported(models.ListOutboundResponsibilityTransfers, billing),
  ListParents: listParents,
  ListPolicies: listPolicies,
  ListPoliciesForTarget: listPoliciesForTarget,
  ListRoots: listRoots,
  ListTagsForResource: listTagsForResource,
  ListTargetsForPolicy: listTargetsForPolicy,
  MoveAccount: moveAccount,
  PutResourcePolicy: unsupported(models.PutResourcePolicy, delegation),
  RegisterDelegatedAdministrator: registerDelegatedAdministrator,
  RemoveAccountFromOrganization: unsupported(models.RemoveAccountFromOrganization, leaving),
  TagResource: tagResource,
  TerminateResponsibilityTransfer: unsupported(models.TerminateResponsibilityTransfer, billing),
  UntagResource: untagResource,
  UpdateOrganizationalUnit: updateOrganizationalUnit,
  UpdatePolicy: updatePolicy,
  UpdateResponsibilityTransfer: unsupported(models.UpdateResponsibilityTransfer, billing),
} satisfies Record<OrganizationsOperationName, Operation | Unsupported>;
