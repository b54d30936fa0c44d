import type { PodIdentity } from '#core/federation';
import { createUuid, type RandomBytes } from '#core/identifiers';
import { type Cluster, clusterArn, type ServiceSession } from '#services/operation';
import type { PodIdentityAssociationDocument } from '#stores/identity';

/** How long the credentials of a pod live, whatever the role's MaxSessionDuration. */
const lifeSeconds = 21_600;
/** So much of the names of cluster and pod fits in the name of a session beside a UUID. */
const nameLength = 10;

/**
 * The session of a pod: its name, and the tags that say which pod it is, all of which go on to every role that is assumed with it
 * (Amazon EKS User Guide, "Grant Pods access to AWS resources based on tags").
 */
export function podSession(
  cluster: Cluster,
  pod: PodIdentity,
  association: PodIdentityAssociationDocument,
  random: RandomBytes,
): ServiceSession {
  const names = `${cluster.name.slice(0, nameLength)}-${pod.podName.slice(0, nameLength)}`;
  const { policy } = association;
  return {
    RoleArn: association.roleArn,
    RoleSessionName: `eks-${names}-${createUuid(random)}`,
    DurationSeconds: lifeSeconds,
    ...(policy === undefined ? {} : { Policy: policy }),
    ...(association.disableSessionTags ? {} : podTags(cluster, pod)),
    context: {},
  };
}

function podTags(cluster: Cluster, pod: PodIdentity): Pick<ServiceSession, 'Tags' | 'TransitiveTagKeys'> {
  const Tags = Object.entries({
    'eks-cluster-arn': clusterArn(cluster),
    'eks-cluster-name': cluster.name,
    'kubernetes-namespace': pod.namespace,
    'kubernetes-service-account': pod.serviceAccount,
    'kubernetes-pod-name': pod.podName,
    'kubernetes-pod-uid': pod.podUid,
  }).map(([Key, Value]) => ({ Key, Value }));
  return { Tags, TransitiveTagKeys: Tags.map(({ Key }) => Key) };
}
