import { defineOperation } from '#services/operation';
import type { PolicyVersion } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkOwnPolicyArn, checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { quotas } from '../base/quotas.ts';
import { checkDocument } from './check-document.ts';
import { describeVersion } from './describe-policy.ts';
import { findPolicy } from './find-policy.ts';

/** Adds a version to a managed policy; it takes effect only as the default (IAM API Reference, "CreatePolicyVersion"). */
export const createPolicyVersion = defineOperation(iamOperations.CreatePolicyVersion, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    checkDocument(input.PolicyDocument);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('CreatePolicyVersion', input.PolicyArn, found)],
  run: async (input, _found, { identity, caller, now }) => {
    checkOwnPolicyArn(input.PolicyArn, caller.account.id, 'update policies');
    return identity.write(({ state, put }) => {
      const policy = state.policyByArn(input.PolicyArn);
      if (policy === undefined) throw noSuchEntity('attachable policy', input.PolicyArn);
      if (policy.versions.length >= quotas.VersionsPerPolicy) {
        throw fault(
          'LimitExceeded',
          `A managed policy can have up to ${quotas.VersionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const number = policy.lastVersion + 1;
      const version: PolicyVersion = {
        id: `v${number}`,
        document: input.PolicyDocument,
        createdAt: now,
      };
      const defaultVersion = input.SetAsDefault === true ? version.id : policy.defaultVersion;
      put('policy', {
        ...policy,
        updatedAt: now,
        versions: [...policy.versions, version],
        defaultVersion,
        lastVersion: number,
      });
      return { PolicyVersion: describeVersion(version, defaultVersion) };
    });
  },
});
