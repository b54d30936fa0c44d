/**
 * EKS Auth: credentials for the pods of a Kubernetes cluster. Owns what a pod must show and what its session says of it.
 * It keeps no associations (services/eks does), checks no signature, and makes no session itself: the service's principal walks the corridor for that.
 * Called by the pipeline. The table below is also the coverage table of the service.
 */
import type { Operation } from '#services/operation';
import type { EksAuthOperationName } from '#wire/model';
import { assumeRoleForPodIdentity } from './assume-role-for-pod-identity.ts';

export const eksAuth = {
  AssumeRoleForPodIdentity: assumeRoleForPodIdentity,
} satisfies Record<EksAuthOperationName, Operation>;
