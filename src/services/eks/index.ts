/**
 * The part of Amazon EKS that pods get credentials through: which role the pods of a service account get, and the clusters that the settings
 * name. It runs no cluster and hands out no credentials: services/eks-auth does that. Called by the pipeline.
 * The table below is also the coverage table of the service: the model has no other operations of EKS.
 */
import type { Operation } from '#services/operation';
import type { EksOperationName } from '#wire/model';
import { createPodIdentityAssociation } from './create-pod-identity-association.ts';
import { deletePodIdentityAssociation } from './delete-pod-identity-association.ts';
import { describeCluster, listClusters } from './read-clusters.ts';
import {
  describePodIdentityAssociation,
  listPodIdentityAssociations,
} from './read-pod-identity-associations.ts';
import { listTagsForResource, tagResource, untagResource } from './tag-operations.ts';
import { updatePodIdentityAssociation } from './update-pod-identity-association.ts';

export const eks = {
  CreatePodIdentityAssociation: createPodIdentityAssociation,
  DeletePodIdentityAssociation: deletePodIdentityAssociation,
  DescribeCluster: describeCluster,
  DescribePodIdentityAssociation: describePodIdentityAssociation,
  ListClusters: listClusters,
  ListPodIdentityAssociations: listPodIdentityAssociations,
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdatePodIdentityAssociation: updatePodIdentityAssociation,
} satisfies Record<EksOperationName, Operation>;
