import type { AccountId } from '#core/identifiers';
import type { World } from './operation.ts';

/** A Kubernetes cluster that the settings name: whose it is, and who signs the tokens of its pods. */
export interface Cluster {
  readonly name: string;
  readonly account: AccountId;
  readonly region: string;
  /** With `https://`: the issuer of its tokens must equal it letter by letter. */
  readonly issuer: string;
  /** Where its keys are; its discovery document says so without. */
  readonly jwksUri?: string | undefined;
  /** Certificate authorities in PEM that alone may vouch for its server; those of the settings without. */
  readonly authorities?: readonly string[] | undefined;
}

export function clusterArn({ name, account, region }: Pick<Cluster, 'name' | 'account' | 'region'>): string {
  return `arn:aws:eks:${region}:${account}:cluster/${name}`;
}

/** The cluster of that name in the account of the caller and the Region of the request. */
export function findCluster(
  { clusters, caller, region }: Pick<World, 'clusters' | 'caller' | 'region'>,
  name: string,
): Cluster | undefined {
  return clusters.find(
    (cluster) => cluster.name === name && cluster.account === caller.account.id && cluster.region === region,
  );
}
