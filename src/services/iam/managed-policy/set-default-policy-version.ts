import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { checkOwnPolicyArn, checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { findPolicy, policyWithVersion } from './find-policy.ts';

/** Puts another version of a managed policy into effect, for all who have it (IAM API Reference, "SetDefaultPolicyVersion"). */
export const setDefaultPolicyVersion = defineOperation(iamOperations.SetDefaultPolicyVersion, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('SetDefaultPolicyVersion', input.PolicyArn, found)],
  run: async (input, _found, { identity, caller }) => {
    checkOwnPolicyArn(input.PolicyArn, caller.account.id, 'update policies');
    await identity.write(({ state, put }) => {
      const policy = policyWithVersion(state, input.PolicyArn, input.VersionId);
      put('policy', { ...policy, defaultVersion: input.VersionId });
    });
  },
});
