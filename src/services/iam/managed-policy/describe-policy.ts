import type { IdentityState, PolicyVersion } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { answerTags } from '../base/tags.ts';
import type { AnyPolicy } from './find-policy.ts';

/** A policy as lists show it: without description and tags (IAM API Reference, "Policy"). */
export function listedPolicy(state: IdentityState, account: string, policy: AnyPolicy): IamTypes.Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: state.attachmentCount(policy.arn, account),
    PermissionsBoundaryUsageCount: state.boundaryCount(policy.arn, account),
    IsAttachable: policy.isAttachable,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
  };
}

/** A policy with everything that GetPolicy answers; its tags even when there are none. */
export function describePolicy(state: IdentityState, account: string, policy: AnyPolicy): IamTypes.Policy {
  return {
    ...listedPolicy(state, account, policy),
    ...(policy.description === undefined ? {} : { Description: policy.description }),
    Tags: answerTags(policy.tags),
  };
}

/** A version without its document, which only GetPolicyVersion answers. */
export function describeVersion(version: PolicyVersion, defaultVersion: string): IamTypes.PolicyVersion {
  return {
    VersionId: version.id,
    IsDefaultVersion: version.id === defaultVersion,
    CreateDate: version.createdAt,
  };
}
