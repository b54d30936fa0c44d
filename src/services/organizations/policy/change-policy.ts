import { awsOrganizationPolicies, defineOperation, organizationPolicy } from '#services/operation';
import type { IdentityState, OrganizationDocument, OrganizationPolicyDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { invalidInput, notFound } from '../faults.ts';
import { findOrganization, managedOrganization, visibleOrganization } from '../membership.ts';
import { policyAnswer } from './create-policy.ts';
import { checkContent, checkPolicyName } from './policy-document.ts';
import { aboutPolicy } from './question.ts';

/** One policy with its text (Organizations API, "DescribePolicy"). */
export const describePolicy = defineOperation(organizationsOperations.DescribePolicy, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutPolicy('DescribePolicy', state, organization, input.PolicyId),
  ],
  run: (input, _organization, { state, caller }) => ({
    Policy: policyAnswer(state, visibleOrganization(state, caller), input.PolicyId),
  }),
});

/** Changes what a policy is called or says; where it is attached, the next request meets the new text (Organizations API, "UpdatePolicy"). */
export const updatePolicy = defineOperation(organizationsOperations.UpdatePolicy, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutPolicy('UpdatePolicy', state, organization, input.PolicyId),
  ],
  run: async (input, _organization, { identity, caller }) =>
    identity.write(({ state, put }) => {
      const organization = managedOrganization(state, caller);
      const policy = ownPolicy(state, organization, input.PolicyId);
      const changed = {
        ...policy,
        name: input.Name ?? policy.name,
        description: input.Description ?? policy.description,
        content: input.Content ?? policy.content,
      };
      checkContent(changed.content, policy.type);
      checkPolicyName(state, organization, changed, awsOrganizationPolicies[policy.type].name);
      put('organization-policy', changed);
      return { Policy: policyAnswer(state, organization, policy.id) };
    }),
});

/** Deletes a policy that is attached to nothing (Organizations API, "DeletePolicy"). */
export const deletePolicy = defineOperation(organizationsOperations.DeletePolicy, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutPolicy('DeletePolicy', state, organization, input.PolicyId),
  ],
  run: async (input, _organization, { identity, caller }) =>
    identity.write((transaction): void => {
      const { state } = transaction;
      const policy = ownPolicy(state, managedOrganization(state, caller), input.PolicyId);
      if (state.all('policy-attachment').owned(policy.id).length > 0) {
        throw fault(
          'PolicyInUseException',
          'The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.',
        );
      }
      transaction.delete('organization-policy', policy.id);
    }),
});

/** A policy that the organization wrote. Throws PolicyNotFoundException, or InvalidInputException for AWS's own. */
function ownPolicy(
  state: IdentityState,
  organization: OrganizationDocument,
  id: string,
): OrganizationPolicyDocument {
  const found = organizationPolicy(state, organization, id);
  if (found?.awsManaged === true) throw invalidInput('IMMUTABLE_POLICY');
  const policy = found && state.all('organization-policy').get(id);
  if (policy === undefined) throw notFound('PolicyNotFoundException');
  return policy;
}
