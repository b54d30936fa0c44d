import { PolicyError, parsePolicy } from '#core/policy';
import { fault } from '#wire/faults';
import { invalidParameter } from './faults.ts';

/** Names of namespaces and of service accounts (RFC 1123 labels and subdomains, as Kubernetes has them). */
const namespaceName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const serviceAccountName =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const longestPolicy = 2048;

/** Throws InvalidParameterException for names that no namespace or service account can have. */
export function checkServiceAccount(namespace: string, serviceAccount: string): void {
  if (!namespaceName.test(namespace)) throw invalidParameter(`${namespace} is no name of a namespace.`);
  if (!serviceAccountName.test(serviceAccount))
    throw invalidParameter(`${serviceAccount} is no name of a service account.`);
}

/**
 * Throws InvalidParameterException for a session policy that is none or that session tags would join, UnsupportedOperation for a target role.
 */
export function checkTerms(terms: {
  readonly policy: string | undefined;
  readonly disableSessionTags: boolean;
  readonly targetRoleArn: string | undefined;
}): void {
  if (terms.targetRoleArn !== undefined && terms.targetRoleArn !== '')
    throw fault('UnsupportedOperation', 'Brevet does not support target roles of pod identity associations.');
  const { policy } = terms;
  if (policy === undefined) return;
  if (!terms.disableSessionTags)
    throw invalidParameter('disableSessionTags must be true when a policy is provided.');
  if (policy.length > longestPolicy)
    throw invalidParameter(`The policy has more than ${longestPolicy} characters.`);
  try {
    parsePolicy(policy, 'session');
  } catch (error) {
    if (error instanceof PolicyError) throw invalidParameter(error.message);
    throw error;
  }
}
