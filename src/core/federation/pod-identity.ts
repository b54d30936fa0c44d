import { FederationError, invalidToken } from './federation-error.ts';
import { isObject, type JsonObject } from './json.ts';
import { readWebIdentity } from './web-identity.ts';

/** Which pod a token of a Kubernetes cluster speaks of. */
export interface PodIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly podName: string;
  readonly podUid: string;
}

/** The audience of the tokens that pods get for this and nothing else: one for another audience proves nothing here. */
export const podIdentityAudience = 'pods.eks.amazonaws.com';

const kubernetesClaim = 'kubernetes.io';
/** As long as the value of a tag can be, and with no character that a tag cannot have. */
const name = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Holds the verified claims of a projected service account token against the rules, and reads which pod has it (Kubernetes documentation,
 * "Service Account Token Volume Projection"; Amazon EKS API Reference, AssumeRoleForPodIdentity). A token that is bound to no pod is refused.
 * `now` in milliseconds since the Unix epoch. Throws FederationError.
 */
export function readPodIdentity(claims: JsonObject, issuer: string, now: number): PodIdentity {
  checkExpiry(claims.exp, now);
  const { subject } = readWebIdentity(claims, { url: issuer, clientIds: [podIdentityAudience] }, now);
  const bound = claims[kubernetesClaim];
  if (!isObject(bound)) throw invalidToken(`Missing a required claim: ${kubernetesClaim}`);
  const namespace = readName(bound, 'namespace');
  const serviceAccount = readName(bound, 'serviceaccount', 'name');
  if (subject !== `system:serviceaccount:${namespace}:${serviceAccount}`) {
    throw invalidToken(`The sub and ${kubernetesClaim} claims name two service accounts.`);
  }
  return {
    namespace,
    serviceAccount,
    podName: readName(bound, 'pod', 'name'),
    podUid: readName(bound, 'pod', 'uid'),
  };
}

/** In the words of EKS, which are not those of STS. */
function checkExpiry(expiresAt: unknown, now: number): void {
  if (typeof expiresAt !== 'number' || !Number.isSafeInteger(expiresAt) || now < expiresAt * 1000) return;
  throw new FederationError(
    'ExpiredTokenException',
    `The token included in the request is expired: current date/time ${toIso(now)} must be before the expiration date/time ${toIso(expiresAt * 1000)}.`,
  );
}

/** ISO 8601 without milliseconds that are zero. */
function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

function readName(bound: JsonObject, ...path: readonly string[]): string {
  let found: unknown = bound;
  for (const part of path) found = isObject(found) ? found[part] : undefined;
  const claim = [kubernetesClaim, ...path].join('/');
  if (found === undefined) throw invalidToken(`Missing a required claim: ${claim}`);
  if (typeof found !== 'string' || !name.test(found)) throw invalidToken(`The ${claim} claim is no name.`);
  return found;
}
