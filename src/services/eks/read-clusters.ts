import { clusterArn, defineOperation, findCluster, loadNothing } from '#services/operation';
import { eksOperations } from '#wire/model';
import { clusterArnOf } from './association.ts';
import { noCluster } from './faults.ts';
import { page } from './page.ts';

/** What the settings say of a cluster (Amazon EKS API Reference, "DescribeCluster"). Nothing else is known of it. */
export const describeCluster = defineOperation(eksOperations.DescribeCluster, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: (input, _nothing, world) => [
    { action: 'eks:DescribeCluster', resource: clusterArnOf(world, input.name) },
  ],
  run: (input, _nothing, call) => {
    const cluster = findCluster(call, input.name);
    if (cluster === undefined) throw noCluster(input.name);
    const { name, issuer } = cluster;
    return {
      cluster: { name, arn: clusterArn(cluster), identity: { oidc: { issuer } }, status: 'ACTIVE' },
    };
  },
});

/** The clusters of the caller's account in the Region of the request (Amazon EKS API Reference, "ListClusters"). */
export const listClusters = defineOperation(eksOperations.ListClusters, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'eks:ListClusters', resource: '*' }],
  run: (input, _nothing, { clusters, caller, region }) => {
    const names = clusters
      .filter((cluster) => cluster.account === caller.account.id && cluster.region === region)
      .map(({ name }) => name)
      .sort();
    const { items, rest } = page(names, (name) => name, input);
    return { clusters: items, ...rest };
  },
});
