import { awsOrganizationPolicies, defineOperation, organizationPolicy } from '#services/operation';
import type { IdentityState, OrganizationDocument, OrganizationPolicyDocument } from '#stores/identity';
import { type OrganizationsTypes, organizationsOperations } from '#wire/model';
import { policySummary } from '../answers.ts';
import { constraintViolation, notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { createPolicyId, policyArn, unusedId } from '../names.ts';
import { quotas } from '../quotas.ts';
import { aboutTagging, readTags, requestTagContext } from '../tags.ts';
import { availableType, checkContent, checkPolicyName } from './policy-document.ts';

/** Creates a policy that is attached to nothing yet (Organizations API, "CreatePolicy"). */
export const createPolicy = defineOperation(organizationsOperations.CreatePolicy, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => ({
    organization: findOrganization(state, caller),
    tags: readTags(input.Tags),
  }),
  authorize: (input, { organization, tags }) => [
    {
      action: 'organizations:CreatePolicy',
      // It has no id yet.
      resource: organization === undefined ? '*' : policyArn(organization, input.Type, 'p-*'),
      context: { ...requestTagContext(tags), 'organizations:PolicyType': input.Type },
    },
    ...aboutTagging(tags),
  ],
  run: async (input, { tags }, { identity, caller, now, random }) =>
    identity.write(({ state, put }) => {
      const organization = managedOrganization(state, caller);
      const type = availableType(organization, input.Type);
      checkContent(input.Content, type);
      const policies = state.all('organization-policy');
      const policy: OrganizationPolicyDocument = {
        id: unusedId(
          () => createPolicyId(random),
          (id) => policies.get(id) !== undefined,
        ),
        organization: organization.id,
        type,
        name: input.Name,
        description: input.Description,
        content: input.Content,
        createdAt: now,
        tags,
      };
      checkPolicyName(state, organization, policy, awsOrganizationPolicies[type].name);
      if (policies.count(`${organization.id} ${type}`) >= quotas.PoliciesPerType) {
        throw constraintViolation('POLICY_NUMBER_LIMIT_EXCEEDED');
      }
      put('organization-policy', policy);
      return { Policy: policyAnswer(state, organization, policy.id) };
    }),
});

/** The `Policy` structure. Throws PolicyNotFoundException. */
export function policyAnswer(
  state: IdentityState,
  organization: OrganizationDocument,
  id: string,
): OrganizationsTypes.Policy {
  const policy = organizationPolicy(state, organization, id);
  if (policy === undefined) throw notFound('PolicyNotFoundException');
  return { PolicySummary: policySummary(policy), Content: policy.content };
}
