import { managedPolicy } from '#services/operation';
import type { IdentityState } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { isPolicyArn } from './policy-arn.ts';

/**
 * Makes sure that a permissions boundary is a managed policy the account may use. To be called in the write that sets it.
 * Throws InvalidInput for text that names no policy, NoSuchEntity for a policy that is not there.
 */
export function checkBoundary(state: IdentityState, account: string, arn: string): void {
  if (!isPolicyArn(arn)) throw fault('InvalidInput', `ARN ${arn} is not valid.`);
  if (managedPolicy(state, account, arn) === undefined) throw noSuchEntity('permissions boundary', arn);
}
