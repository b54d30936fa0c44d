import { type AwsManagedPolicy, awsManagedPolicies, awsManagedPolicy } from '#services/operation';
import { type IdentityState, type PolicyRecord, policyArn } from '#stores/identity';
import { noSuchPolicyVersion } from '#wire/faults';

/** A managed policy, whether the account's own or one of AWS. */
export interface AnyPolicy
  extends Pick<
    PolicyRecord,
    'name' | 'path' | 'description' | 'createdAt' | 'updatedAt' | 'versions' | 'defaultVersion' | 'tags'
  > {
  readonly arn: string;
  readonly id: string;
  readonly isAttachable: boolean;
}

/** The managed policy of that ARN, as far as the account may read it: another account's is as absent as none. */
export function findPolicy(state: IdentityState, account: string, arn: string): AnyPolicy | undefined {
  const aws = awsManagedPolicy(arn);
  if (aws !== undefined) return ofAws(aws);
  const own = state.policyByArn(arn);
  return own?.account === account ? ofAccount(own) : undefined;
}

/** AWS's managed policies. */
export function policiesOfAws(): readonly AnyPolicy[] {
  return awsManagedPolicies().map(ofAws);
}

/** The account's own managed policies. */
export function policiesOfAccount(state: IdentityState, account: string): readonly AnyPolicy[] {
  return state.all('policy').list(account).map(ofAccount);
}

/** A customer managed policy in the form that both kinds have. */
export function ofAccount(policy: PolicyRecord): AnyPolicy {
  return { ...policy, arn: policyArn(policy), isAttachable: true };
}

function ofAws(policy: AwsManagedPolicy): AnyPolicy {
  const { document, createdAt } = policy;
  return {
    ...policy,
    updatedAt: createdAt,
    versions: [{ id: 'v1', document, createdAt }],
    defaultVersion: 'v1',
    tags: [],
  };
}

/** The customer managed policy of that ARN, when it has that version. Throws NoSuchEntity. */
export function policyWithVersion(state: IdentityState, arn: string, version: string): PolicyRecord {
  const policy = state.policyByArn(arn);
  if (policy === undefined || !policy.versions.some(({ id }) => id === version)) {
    throw noSuchPolicyVersion(arn, version);
  }
  return policy;
}
