import { defineOperation } from '#services/operation';
import { deleteConflict } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkOwnPolicyArn, checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { findPolicy, policyWithVersion } from './find-policy.ts';

/** Deletes a version of a managed policy that is not its default; its number is not used again (IAM API Reference, "DeletePolicyVersion"). */
export const deletePolicyVersion = defineOperation(iamOperations.DeletePolicyVersion, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('DeletePolicyVersion', input.PolicyArn, found)],
  run: async (input, _found, { identity, caller }) => {
    checkOwnPolicyArn(input.PolicyArn, caller.account.id, 'delete policy versions for policies');
    await identity.write(({ state, put }) => {
      const policy = policyWithVersion(state, input.PolicyArn, input.VersionId);
      if (policy.defaultVersion === input.VersionId) throw deleteConflict('default version');
      put('policy', { ...policy, versions: policy.versions.filter(({ id }) => id !== input.VersionId) });
    });
  },
});
