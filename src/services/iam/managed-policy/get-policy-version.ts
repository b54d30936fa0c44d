import { percentEncode } from '#core/text';
import { defineOperation } from '#services/operation';
import { noSuchPolicyVersion } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { describeVersion } from './describe-policy.ts';
import { findPolicy } from './find-policy.ts';

/** A version of a managed policy with its document, percent-encoded (IAM API Reference, "GetPolicyVersion"). */
export const getPolicyVersion = defineOperation(iamOperations.GetPolicyVersion, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('GetPolicyVersion', input.PolicyArn, found)],
  run: (input, found) => {
    const version = found?.versions.find(({ id }) => id === input.VersionId);
    if (found === undefined || version === undefined) {
      throw noSuchPolicyVersion(input.PolicyArn, input.VersionId);
    }
    return {
      PolicyVersion: {
        Document: percentEncode(version.document),
        ...describeVersion(version, found.defaultVersion),
      },
    };
  },
});
