import {
  defineOperation,
  isPolicyTypeEnabled,
  type OrganizationPolicy,
  organizationPolicy,
  policiesOfTarget,
} from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { constraintViolation, invalidInput, notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { quotas } from '../quotas.ts';
import { findTarget, type Target } from '../target.ts';
import { attachment, attachmentId } from './attachments.ts';
import { aboutAttachment } from './question.ts';

/** Attaches a policy to a root, organizational unit or account; it holds from the next request on (Organizations API, "AttachPolicy"). */
export const attachPolicy = defineOperation(organizationsOperations.AttachPolicy, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => aboutAttachment('AttachPolicy', state, organization, input),
  run: async (input, _organization, { identity, caller }) =>
    identity.write(({ state, put }): void => {
      const organization = managedOrganization(state, caller);
      const { policy, target } = findBoth(state, organization, input);
      if (!isPolicyTypeEnabled(organization, policy.type)) {
        throw fault(
          'PolicyTypeNotEnabledException',
          'This operation can be performed only for enabled policy types.',
        );
      }
      const attached = policiesOfTarget(state, organization, target.id, policy.type);
      if (attached.some(({ id }) => id === policy.id)) {
        throw fault(
          'DuplicatePolicyAttachmentException',
          'A policy with the specified name and type already exists.',
        );
      }
      if (attached.length >= quotas.PoliciesPerTarget) {
        throw constraintViolation('MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED');
      }
      put('policy-attachment', attachment(organization, target.id, policy.id, policy.type));
    }),
});

/**
 * Detaches a policy. A target keeps at least one service control policy, as with none nobody could do anything, and RCPFullAWSAccess always
 * (Organizations API, "DetachPolicy").
 */
export const detachPolicy = defineOperation(organizationsOperations.DetachPolicy, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => aboutAttachment('DetachPolicy', state, organization, input),
  run: async (input, _organization, { identity, caller }) =>
    identity.write((transaction): void => {
      const { state } = transaction;
      const organization = managedOrganization(state, caller);
      const { policy, target } = findBoth(state, organization, input);
      if (policy.awsManaged && policy.type === 'RESOURCE_CONTROL_POLICY') {
        throw invalidInput('NON_DETACHABLE_POLICY');
      }
      const attached = policiesOfTarget(state, organization, target.id, policy.type);
      if (!attached.some(({ id }) => id === policy.id)) {
        throw fault(
          'PolicyNotAttachedException',
          "The policy isn't attached to the specified target in the specified root.",
        );
      }
      if (policy.type === 'SERVICE_CONTROL_POLICY' && attached.length === 1) {
        throw constraintViolation('MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED');
      }
      transaction.delete('policy-attachment', attachmentId(target.id, policy.id));
    }),
});

function findBoth(
  state: IdentityState,
  organization: OrganizationDocument,
  input: { readonly PolicyId: string; readonly TargetId: string },
): { readonly policy: OrganizationPolicy; readonly target: Target } {
  const policy = organizationPolicy(state, organization, input.PolicyId);
  if (policy === undefined) throw notFound('PolicyNotFoundException');
  const target = findTarget(state, organization, input.TargetId);
  if (target === undefined) throw notFound('TargetNotFoundException');
  return { policy, target };
}
