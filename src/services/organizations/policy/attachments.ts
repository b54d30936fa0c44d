import { awsOrganizationPolicies, isPolicyTypeEnabled } from '#services/operation';
import type {
  OrganizationDocument,
  OrganizationPolicyType,
  PolicyAttachmentDocument,
} from '#stores/identity';

/** That a policy is attached to a target, as it is stored. */
export function attachment(
  organization: OrganizationDocument,
  target: string,
  policy: string,
  type: OrganizationPolicyType,
): PolicyAttachmentDocument {
  return { id: attachmentId(target, policy), organization: organization.id, target, policy, type };
}

export function attachmentId(target: string, policy: string): string {
  return `${target}/${policy}`;
}

/** What a new account or organizational unit begins with: FullAWSAccess where service control policies are enabled, as it could do nothing else. */
export function firstAttachments(
  organization: OrganizationDocument,
  target: string,
): readonly PolicyAttachmentDocument[] {
  const type = 'SERVICE_CONTROL_POLICY';
  if (!isPolicyTypeEnabled(organization, type)) return [];
  return [attachment(organization, target, awsOrganizationPolicies[type].id, type)];
}
