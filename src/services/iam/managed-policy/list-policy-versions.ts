import { defineOperation } from '#services/operation';
import type { PolicyVersion } from '#stores/identity';
import { noSuchEntity } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { describeVersion } from './describe-policy.ts';
import { findPolicy } from './find-policy.ts';

/** The versions of a managed policy, the newest first, without their documents (IAM API Reference, "ListPolicyVersions"). */
export const listPolicyVersions = defineOperation(iamOperations.ListPolicyVersions, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('ListPolicyVersions', input.PolicyArn, found)],
  run: (input, found) => {
    if (found === undefined) throw noSuchEntity('policy', input.PolicyArn);
    const { items, answer } = page([...found.versions].reverse(), newestFirst, input);
    return { Versions: items.map((version) => describeVersion(version, found.defaultVersion)), ...answer };
  },
});

/** Grows as the number of the version falls. */
function newestFirst({ id }: PolicyVersion): string {
  return String(Number.MAX_SAFE_INTEGER - Number(id.slice(1)));
}
