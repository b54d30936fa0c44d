import { parsePolicy } from '#core/policy';
import { limitExceeded } from '#wire/faults';
import { policySize } from '../base/policy-size.ts';
import { quotas } from '../base/quotas.ts';

/**
 * Makes sure that a text can be a version of a managed policy: unlike inline policies, these must be of the newer language version.
 * Throws PolicyError, and LimitExceeded for a policy that is too large.
 */
export function checkDocument(text: string): void {
  parsePolicy(text, 'identity', { currentVersionOnly: true });
  if (policySize(text) > quotas.PolicySize) throw limitExceeded('PolicySize', quotas.PolicySize);
}
