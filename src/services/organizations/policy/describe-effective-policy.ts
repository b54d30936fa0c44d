import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { notFound } from '../faults.ts';
import { findOrganization, organizationOf, visibleOrganization } from '../membership.ts';
import { aboutTarget, findAccount } from '../target.ts';

/**
 * What the policies of one management type add up to for an account (Organizations API, "DescribeEffectivePolicy"). No such type can be
 * enabled here, so no account has one; authorization policies have none at AWS either, and the model refuses their types.
 */
export const describeEffectivePolicy = defineOperation(organizationsOperations.DescribeEffectivePolicy, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state, caller }) => [
    aboutTarget('DescribeEffectivePolicy', state, organization, input.TargetId ?? caller.account.id, {
      'organizations:PolicyType': input.PolicyType,
    }),
  ],
  run: (input, _organization, { state, caller }) => {
    const target = input.TargetId ?? caller.account.id;
    const organization =
      target === caller.account.id ? organizationOf(state, caller) : visibleOrganization(state, caller);
    if (findAccount(state, organization, target) === undefined) throw notFound('TargetNotFoundException');
    throw fault(
      'EffectivePolicyNotFoundException',
      'The policy type is not enabled, or the account has no effective policy of this type.',
    );
  },
});
