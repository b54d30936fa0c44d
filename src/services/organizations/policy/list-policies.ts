import {
  awsOrganizationPolicies,
  defineOperation,
  isPolicyTypeEnabled,
  type OrganizationPolicy,
  organizationPolicy,
  policiesOfTarget,
} from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { organizationsOperations } from '#wire/model';
import { policySummary, targetSummary } from '../answers.ts';
import { notFound } from '../faults.ts';
import { findOrganization, visibleOrganization } from '../membership.ts';
import { page } from '../page.ts';
import { aboutTarget, findTarget, type Target, targetsOf } from '../target.ts';
import { isEnforcedType } from './policy-document.ts';
import { aboutPolicy } from './question.ts';

/** Every policy of one type, AWS's own included; there are none of a type that is not enforced (Organizations API, "ListPolicies"). */
export const listPolicies = defineOperation(organizationsOperations.ListPolicies, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input) => [
    {
      action: 'organizations:ListPolicies',
      resource: '*',
      context: { 'organizations:PolicyType': input.Filter },
    },
  ],
  run: (input, _organization, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const { items, rest } = page(policiesOfType(state, organization, input.Filter), input);
    return { Policies: items.map(policySummary), ...rest };
  },
});

/** The policies of one type that are attached to a target itself, not to what it is in (Organizations API, "ListPoliciesForTarget"). */
export const listPoliciesForTarget = defineOperation(organizationsOperations.ListPoliciesForTarget, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('ListPoliciesForTarget', state, organization, input.TargetId, {
      'organizations:PolicyType': input.Filter,
    }),
  ],
  run: (input, _organization, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    if (findTarget(state, organization, input.TargetId) === undefined) {
      throw notFound('TargetNotFoundException');
    }
    const attached = isEnforcedType(input.Filter)
      ? policiesOfTarget(state, organization, input.TargetId, input.Filter)
      : [];
    const { items, rest } = page(sortedById(attached), input);
    return { Policies: items.map(policySummary), ...rest };
  },
});

/** Everything that a policy is attached to (Organizations API, "ListTargetsForPolicy"). */
export const listTargetsForPolicy = defineOperation(organizationsOperations.ListTargetsForPolicy, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutPolicy('ListTargetsForPolicy', state, organization, input.PolicyId),
  ],
  run: (input, _organization, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const policy = organizationPolicy(state, organization, input.PolicyId);
    if (policy === undefined) throw notFound('PolicyNotFoundException');
    const { items, rest } = page(sortedById(targetsOfPolicy(state, organization, policy)), input);
    return { Targets: items.map((target) => targetSummary(organization, target)), ...rest };
  },
});

function policiesOfType(
  state: IdentityState,
  organization: OrganizationDocument,
  type: string,
): readonly OrganizationPolicy[] {
  if (!isEnforcedType(type) || organization.featureSet !== 'ALL') return [];
  const own = state
    .all('organization-policy')
    .list(`${organization.id} ${type}`)
    .flatMap(({ id }) => organizationPolicy(state, organization, id) ?? []);
  return sortedById([awsOrganizationPolicies[type], ...own]);
}

function targetsOfPolicy(
  state: IdentityState,
  organization: OrganizationDocument,
  policy: OrganizationPolicy,
): readonly Target[] {
  if (policy === awsOrganizationPolicies.RESOURCE_CONTROL_POLICY) {
    return isPolicyTypeEnabled(organization, policy.type) ? targetsOf(state, organization) : [];
  }
  return state
    .all('policy-attachment')
    .owned(policy.id)
    .filter((attachment) => attachment.organization === organization.id)
    .flatMap(({ target }) => findTarget(state, organization, target) ?? []);
}

function sortedById<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  return [...items].sort((left, right) => (left.id < right.id ? -1 : 1));
}
