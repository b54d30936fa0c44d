import { defineOperation } from '#services/operation';
import { noSuchEntity } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { describePolicy } from './describe-policy.ts';
import { findPolicy } from './find-policy.ts';

/** Describes a managed policy, without its documents (IAM API Reference, "GetPolicy"). */
export const getPolicy = defineOperation(iamOperations.GetPolicy, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('GetPolicy', input.PolicyArn, found)],
  run: (input, found, { state, caller }) => {
    if (found === undefined) throw noSuchEntity('policy', input.PolicyArn);
    return { Policy: describePolicy(state, caller.account.id, found) };
  },
});
