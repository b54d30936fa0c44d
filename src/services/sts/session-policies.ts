import { parsePolicy } from '#core/policy';
import { packedSize, type SessionClaims } from '#core/session-token';
import { managedPolicy } from '#services/operation';
import type { IdentityState } from '#stores/identity';
import { fault } from '#wire/faults';

/** The session policies of a request, as STS operations take them. */
export interface SessionPolicyInput {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined;
}

/** Session policies as the session keeps them. */
export interface SessionPolicies {
  readonly policy?: string;
  readonly policyArns?: readonly string[];
}

const plainTextLimit = 2048;
const policyArnLimit = 10;

/**
 * Checks what can be checked before anybody is looked up: the document's syntax, the number of ARNs, the total length.
 * Throws MalformedPolicyDocument (as PolicyError), ValidationError or PackedPolicyTooLarge.
 */
export function readSessionPolicies(input: SessionPolicyInput): SessionPolicies {
  const policyArns = (input.PolicyArns ?? []).map(({ arn }) => arn ?? '');
  if (policyArns.length > policyArnLimit) {
    throw fault('ValidationError', `PolicyArns must have at most ${policyArnLimit} members.`);
  }
  const length = [input.Policy ?? '', ...policyArns].reduce((total, text) => total + text.length, 0);
  if (length > plainTextLimit) throw packedPolicyTooLarge(Math.ceil((length * 100) / plainTextLimit));
  if (input.Policy !== undefined) parsePolicy(input.Policy, 'session');
  return {
    ...(input.Policy === undefined ? {} : { policy: input.Policy }),
    ...(policyArns.length === 0 ? {} : { policyArns }),
  };
}

/** Throws MalformedPolicyDocument unless every managed session policy exists in the account of the session. */
export function checkSessionPolicyArns(
  state: IdentityState,
  account: string,
  policies: SessionPolicies,
): void {
  for (const arn of policies.policyArns ?? []) {
    if (managedPolicy(state, account, arn) === undefined) {
      throw fault('MalformedPolicyDocument', `Policy ${arn} does not exist or is not attachable.`);
    }
  }
}

/**
 * The PackedPolicySize of an answer: the percentage of the token's space that policies and tags take.
 * Undefined when the session has neither. Throws PackedPolicyTooLarge beyond 100.
 */
export function packedPolicySize(
  session: Pick<SessionClaims, 'policy' | 'policyArns' | 'tags'>,
): number | undefined {
  if (session.policy === undefined && session.policyArns === undefined && session.tags === undefined)
    return undefined;
  const { percent } = packedSize(session);
  if (percent > 100) throw packedPolicyTooLarge(percent);
  return percent;
}

function packedPolicyTooLarge(percent: number): Error {
  return fault('PackedPolicyTooLarge', `Packed policy consumes ${percent}% of allotted space`);
}
