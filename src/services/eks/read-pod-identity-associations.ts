import { defineOperation, findCluster, loadNothing } from '#services/operation';
import { eksOperations } from '#wire/model';
import {
  aboutAssociation,
  associationArn,
  clusterArnOf,
  describeAssociation,
  findAssociation,
  lastPart,
  requireAssociation,
} from './association.ts';
import { noCluster } from './faults.ts';
import { page } from './page.ts';

/** One association, whole (Amazon EKS API Reference, "DescribePodIdentityAssociation"). */
export const describePodIdentityAssociation = defineOperation(eksOperations.DescribePodIdentityAssociation, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => findAssociation(world, input),
  authorize: (input, found, world) => [
    aboutAssociation('DescribePodIdentityAssociation', associationArn(world, input), found),
  ],
  run: (input, _found, call) => describeAssociation(requireAssociation(call, input)),
});

/** The associations of a cluster, or of one namespace or service account (Amazon EKS API Reference, "ListPodIdentityAssociations"). */
export const listPodIdentityAssociations = defineOperation(eksOperations.ListPodIdentityAssociations, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: (input, _nothing, world) => [
    { action: 'eks:ListPodIdentityAssociations', resource: clusterArnOf(world, input.clusterName) },
  ],
  run: (input, _nothing, call) => {
    const { clusterName, namespace, serviceAccount } = input;
    if (findCluster(call, clusterName) === undefined) throw noCluster(clusterName);
    const wanted = call.state
      .all('pod-identity-association')
      .list(clusterArnOf(call, clusterName))
      .filter(
        (one) =>
          (namespace === undefined || one.namespace === namespace) &&
          (serviceAccount === undefined || one.serviceAccount === serviceAccount),
      );
    const { items, rest } = page(wanted, (one) => `${one.namespace}/${one.serviceAccount}`, input);
    const associations = items.map((one) => ({
      clusterName,
      namespace: one.namespace,
      serviceAccount: one.serviceAccount,
      associationArn: one.id,
      associationId: lastPart(one.id),
    }));
    return { associations, ...rest };
  },
});
