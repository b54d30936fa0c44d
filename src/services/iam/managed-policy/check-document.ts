import { PolicyError, parsePolicy } from '#core/policy';
import { limitExceeded } from '#wire/faults';
import { policySize } from '../base/policy-size.ts';
import { quotas } from '../base/quotas.ts';

/**
 * Makes sure that a text can be a version of a managed policy: unlike inline policies, these must be of the newer language version.
 * Throws PolicyError, and LimitExceeded for a policy that is too large.
 */
export function checkDocument(text: string): void {
  const { version } = parsePolicy(text, 'identity');
  if (version !== '2012-10-17') {
    throw new PolicyError('Policy document must be version 2012-10-17 or greater.');
  }
  if (policySize(text) > quotas.PolicySize) throw limitExceeded('PolicySize', quotas.PolicySize);
}
