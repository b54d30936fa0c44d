import type { IdentityState } from '#stores/identity';
import { awsManagedPolicy } from './aws-managed-policies.ts';

/** A managed policy as decisions use it: its default version. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly document: string;
}

/**
 * The managed policy of that ARN, as far as an account may use it: one of AWS's that can be attached, or a customer managed one of that
 * very account. Undefined for another account's policy as for none.
 */
export function managedPolicy(state: IdentityState, account: string, arn: string): ManagedPolicy | undefined {
  const aws = awsManagedPolicy(arn);
  if (aws !== undefined)
    return aws.isAttachable ? { arn, name: aws.name, document: aws.document } : undefined;
  const policy = state.policyByArn(arn);
  if (policy === undefined || policy.account !== account) return undefined;
  const version = policy.versions.find(({ id }) => id === policy.defaultVersion);
  return version && { arn, name: policy.name, document: version.document };
}
