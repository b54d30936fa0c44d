import { PolicyError, parsePolicy } from '#core/policy';
import type { IdentityState, OrganizationDocument, OrganizationPolicyType } from '#stores/identity';
import { fault } from '#wire/faults';
import { constraintViolation } from '../faults.ts';
import { quotas } from '../quotas.ts';

/** True for the types of policy that decisions ask; the others configure services that are not here. */
export function isEnforcedType(type: string): type is OrganizationPolicyType {
  return type === 'SERVICE_CONTROL_POLICY' || type === 'RESOURCE_CONTROL_POLICY';
}

/** Throws PolicyTypeNotAvailableForOrganizationException for a type that this organization cannot have. */
export function availableType(organization: OrganizationDocument, type: string): OrganizationPolicyType {
  if (organization.featureSet === 'ALL' && isEnforcedType(type)) return type;
  throw fault(
    'PolicyTypeNotAvailableForOrganizationException',
    "You can't use the specified policy type with the feature set currently enabled for this organization.",
  );
}

/** Throws MalformedPolicyDocumentException for a text that is no policy of its type, ConstraintViolationException when it is too long. */
export function checkContent(content: string, type: OrganizationPolicyType): void {
  if (Buffer.byteLength(content) > quotas.PolicyBytes) {
    throw constraintViolation('POLICY_CONTENT_LIMIT_EXCEEDED');
  }
  try {
    parsePolicy(content, type === 'SERVICE_CONTROL_POLICY' ? 'scp' : 'rcp');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw fault(
      'MalformedPolicyDocumentException',
      'The provided policy document does not meet the requirements of the specified policy type.',
    );
  }
}

/** Throws DuplicatePolicyException when another policy of that type has the name, AWS's own included. */
export function checkPolicyName(
  state: IdentityState,
  organization: OrganizationDocument,
  policy: { readonly id: string; readonly type: OrganizationPolicyType; readonly name: string },
  awsName: string,
): void {
  const others = state.all('organization-policy').list(`${organization.id} ${policy.type}`);
  if (policy.name !== awsName && others.every(({ id, name }) => name !== policy.name || id === policy.id))
    return;
  throw fault('DuplicatePolicyException', 'A policy with the specified name and type already exists.');
}
