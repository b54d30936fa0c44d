import { defineOperation } from '#services/operation';
import { deleteConflict } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { policyNamed } from '../base/lookup.ts';
import { checkOwnPolicyArn, checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { findPolicy } from './find-policy.ts';

/** Deletes a managed policy that nobody uses and that has one version left (IAM API Reference, "DeletePolicy"). */
export const deletePolicy = defineOperation(iamOperations.DeletePolicy, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('DeletePolicy', input.PolicyArn, found)],
  run: async (input, _found, { identity, caller }) => {
    const account = caller.account.id;
    checkOwnPolicyArn(input.PolicyArn, account, 'delete policies');
    await identity.write(({ state, delete: remove }) => {
      const policy = policyNamed(state, account, input.PolicyArn);
      // A boundary that is gone would bound to nothing, so bounding counts as being attached.
      const uses =
        state.attachmentCount(input.PolicyArn, account) + state.boundaryCount(input.PolicyArn, account);
      if (uses > 0) throw deleteConflict('attached to entities');
      if (policy.versions.length > 1) throw deleteConflict('policy versions');
      remove('policy', policy.id);
    });
  },
});
