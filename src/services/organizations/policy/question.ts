import { organizationPolicy, type Question } from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { policyArn } from '../names.ts';
import { aboutTarget } from '../target.ts';

/**
 * The question whether the caller may do this with a policy of their organization. One that does not exist is asked about as a
 * service control policy, which the commonest policies on Organizations speak of.
 */
export function aboutPolicy(
  action: string,
  state: IdentityState,
  organization: OrganizationDocument | undefined,
  id: string,
): Question {
  const policy = organization && organizationPolicy(state, organization, id);
  const tags = policy?.awsManaged === false ? state.all('organization-policy').get(id)?.tags : undefined;
  return {
    action: `organizations:${action}`,
    resource:
      organization === undefined
        ? '*'
        : (policy?.arn ?? policyArn(organization, 'SERVICE_CONTROL_POLICY', id)),
    ...(tags === undefined ? {} : { resourceTags: tags }),
    context: { 'organizations:PolicyType': policy?.type },
  };
}

/** The questions of attaching and detaching: about the policy, and about what it is attached to. */
export function aboutAttachment(
  action: string,
  state: IdentityState,
  organization: OrganizationDocument | undefined,
  input: { readonly PolicyId: string; readonly TargetId: string },
): readonly Question[] {
  const policy = aboutPolicy(action, state, organization, input.PolicyId);
  return [policy, aboutTarget(action, state, organization, input.TargetId, policy.context)];
}
