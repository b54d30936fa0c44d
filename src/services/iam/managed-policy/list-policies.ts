import { compareText } from '#core/text';
import { defineOperation, loadNothing } from '#services/operation';
import type { IdentityState } from '#stores/identity';
import { type IamTypes, iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { aboutEverything } from '../base/question.ts';
import { listedPolicy } from './describe-policy.ts';
import { type AnyPolicy, policiesOfAccount, policiesOfAws } from './find-policy.ts';

/** The managed policies that the account may use (IAM API Reference, "ListPolicies"). */
export const listPolicies = defineOperation(iamOperations.ListPolicies, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListPolicies')],
  run: (input, _loaded, { state, caller }) => {
    const account = caller.account.id;
    const listed = policiesIn(input.Scope ?? 'All', state, account)
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
      .filter((policy) => isUsed(policy, input, state, account))
      .sort((left, right) => compareText(listKey(left), listKey(right)));
    const { items, answer } = page(listed, listKey, input);
    return { Policies: items.map((policy) => listedPolicy(state, account, policy)), ...answer };
  },
});

function policiesIn(scope: string, state: IdentityState, account: string): readonly AnyPolicy[] {
  return [
    ...(scope === 'Local' ? [] : policiesOfAws()),
    ...(scope === 'AWS' ? [] : policiesOfAccount(state, account)),
  ];
}

function isUsed(
  { arn }: AnyPolicy,
  { OnlyAttached, PolicyUsageFilter }: IamTypes.ListPoliciesRequest,
  state: IdentityState,
  account: string,
): boolean {
  if (PolicyUsageFilter === 'PermissionsBoundary') return state.boundaryCount(arn, account) > 0;
  if (PolicyUsageFilter === 'PermissionsPolicy' || OnlyAttached === true) {
    return state.attachmentCount(arn, account) > 0;
  }
  return true;
}

/** A policy of the account and one of AWS may have the same name. */
function listKey({ name, arn }: AnyPolicy): string {
  return `${name.toLowerCase()} ${arn}`;
}
