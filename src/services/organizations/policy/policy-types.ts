import { awsOrganizationPolicies, defineOperation, type Question } from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { rootAnswer } from '../answers.ts';
import { notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { aboutTarget, targetsOf } from '../target.ts';
import { attachment } from './attachments.ts';
import { availableType, isEnforcedType } from './policy-document.ts';

interface TypeRequest {
  readonly RootId: string;
  readonly PolicyType: string;
}

/** Makes the policies of one type hold, with AWS's own attached to everything (Organizations API, "EnablePolicyType"). */
export const enablePolicyType = defineOperation(organizationsOperations.EnablePolicyType, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [aboutType('EnablePolicyType', state, organization, input)],
  run: async (input, _organization, { identity, caller }) =>
    identity.write(({ state, put }) => {
      const organization = rootOrganization(managedOrganization(state, caller), input.RootId);
      const type = availableType(organization, input.PolicyType);
      const types = organization.enabledPolicyTypes ?? [];
      if (types.includes(type)) {
        throw fault('PolicyTypeAlreadyEnabledException', 'The specified policy type is already enabled.');
      }
      const enabled: OrganizationDocument = { ...organization, enabledPolicyTypes: [...types, type] };
      put('organization', enabled);
      if (type === 'SERVICE_CONTROL_POLICY') {
        for (const { id } of targetsOf(state, organization)) {
          put('policy-attachment', attachment(organization, id, awsOrganizationPolicies[type].id, type));
        }
      }
      return { Root: rootAnswer(enabled) };
    }),
});

/** Ends the hold of one type of policy and detaches every policy of it (Organizations API, "DisablePolicyType"). */
export const disablePolicyType = defineOperation(organizationsOperations.DisablePolicyType, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [aboutType('DisablePolicyType', state, organization, input)],
  run: async (input, _organization, { identity, caller }) =>
    identity.write((transaction) => {
      const { state, put } = transaction;
      const organization = rootOrganization(managedOrganization(state, caller), input.RootId);
      const types = organization.enabledPolicyTypes ?? [];
      if (!isEnforcedType(input.PolicyType) || !types.includes(input.PolicyType)) {
        throw fault(
          'PolicyTypeNotEnabledException',
          'This operation can be performed only for enabled policy types.',
        );
      }
      const disabled: OrganizationDocument = {
        ...organization,
        enabledPolicyTypes: types.filter((type) => type !== input.PolicyType),
      };
      put('organization', disabled);
      for (const target of targetsOf(state, organization)) {
        for (const { id, type } of state.all('policy-attachment').list(target.id)) {
          if (type === input.PolicyType) transaction.delete('policy-attachment', id);
        }
      }
      return { Root: rootAnswer(disabled) };
    }),
});

function aboutType(
  action: string,
  state: IdentityState,
  organization: OrganizationDocument | undefined,
  { RootId, PolicyType }: TypeRequest,
): Question {
  return aboutTarget(action, state, organization, RootId, { 'organizations:PolicyType': PolicyType });
}

function rootOrganization(organization: OrganizationDocument, rootId: string): OrganizationDocument {
  if (organization.rootId !== rootId) throw notFound('RootNotFoundException');
  return organization;
}
