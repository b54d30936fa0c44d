import { type PolicyDocument, parsePolicy } from '#core/policy';
import { percentEncode } from '#core/text';
import { bindPrincipals, showPrincipals } from '#services/operation';
import type { IdentityState, RoleDocument } from '#stores/identity';
import { fault, limitExceeded } from '#wire/faults';
import { policySize } from '../base/policy-size.ts';
import { quotas } from '../base/quotas.ts';

/** A trust policy as a role keeps it. */
export type Trust = Pick<RoleDocument, 'trustPolicy' | 'trustedIds'>;

/**
 * Reads a trust policy and checks all that no state can make right. Throws MalformedPolicyDocument (as PolicyError),
 * or LimitExceeded for more characters than a role may have, white space between the parts not counted.
 */
export function readTrustPolicy(text: string): PolicyDocument {
  const document = parsePolicy(text, 'trust');
  if (policySize(text) > quotas.ACLSizePerRole) throw limitExceeded('ACLSizePerRole', quotas.ACLSizePerRole);
  return document;
}

/**
 * Binds a trust policy to the users and roles that it names now. To be called in the write that saves it.
 * Throws MalformedPolicyDocument for a principal that does not exist.
 */
export function bindTrust(state: IdentityState, text: string, document: PolicyDocument): Trust {
  const trustedIds = bindPrincipals(state, document, (principal) =>
    fault('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${principal}"`),
  );
  return { trustPolicy: text, trustedIds };
}

/** A trust policy in the form of the answers, percent-encoded, its principals as they are now. */
export function describeTrust(state: IdentityState, { trustPolicy, trustedIds }: Trust): string {
  return percentEncode(showPrincipals(state, trustPolicy, parsePolicy(trustPolicy, 'trust'), trustedIds));
}
