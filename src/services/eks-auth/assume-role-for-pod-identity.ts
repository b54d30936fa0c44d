import {
  FederationError,
  type PodIdentity,
  parseToken,
  podIdentityAudience,
  readPodIdentity,
} from '#core/federation';
import {
  type Call,
  type Cluster,
  clusterArn,
  defineOperation,
  findCluster,
  loadNothing,
} from '#services/operation';
import type { PodIdentityAssociationDocument } from '#stores/identity';
import { Fault, fault } from '#wire/faults';
import { type EksAuthTypes, eksAuthOperations, type StsTypes } from '#wire/model';
import { podSession } from './pod-session.ts';

/**
 * Credentials for a pod, which shows the token that its cluster projected into it; the agent on the pod's node asks, with the node's
 * credentials (Amazon EKS API Reference, AssumeRoleForPodIdentity). The node must be allowed to ask for pods of the cluster, the token must be the
 * cluster's and a pod's, its service account must have an association, and the role must trust the service for this very cluster.
 */
export const assumeRoleForPodIdentity = defineOperation(eksAuthOperations.AssumeRoleForPodIdentity, {
  callers: 'signed',
  effect: 'credential',
  readOnly: true,

  load: loadNothing,

  authorize: ({ clusterName: name }, _nothing, { caller, region }) => [
    {
      action: 'eks-auth:AssumeRoleForPodIdentity',
      resource: clusterArn({ name, account: caller.account.id, region }),
    },
  ],

  describe: () => ({ responseElements: () => null }),

  run: async (
    { clusterName, token },
    _nothing,
    call,
  ): Promise<EksAuthTypes.AssumeRoleForPodIdentityResponse> => {
    const cluster = findCluster(call, clusterName);
    if (cluster === undefined) throw notFound(`No cluster found for name: ${clusterName}.`);
    const pod = await prove(token, cluster, call);
    // As of now: fetching the keys may have taken a while.
    const association = call.identity.state
      .all('pod-identity-association')
      .named(clusterArn(cluster), `${pod.namespace}/${pod.serviceAccount}`);
    if (association === undefined) {
      throw notFound(
        `No pod identity association found for service account ${pod.serviceAccount} in namespace ${pod.namespace}.`,
      );
    }
    return answer(pod, association, await assume(cluster, pod, association, call));
  },
});

/** Which pod a token speaks of, once a key of the cluster has verified it. Rejects with Fault. */
async function prove(text: string, cluster: Cluster, call: Call): Promise<PodIdentity> {
  const { issuer, jwksUri, authorities } = cluster;
  try {
    const token = parseToken(text);
    if (token.issuer !== issuer)
      throw new FederationError('InvalidIdentityToken', 'The token was not issued by the cluster.');
    const source = { id: clusterArn(cluster), url: issuer, thumbprints: [], jwksUri, authorities };
    const claims = token.verify(await call.providerKeys.find(source, token));
    return readPodIdentity(claims, issuer, call.now);
  } catch (error) {
    throw error instanceof FederationError ? tokenFault(error) : error;
  }
}

/** The same refusals as of tokens in STS, under the names they have here. */
function tokenFault({ code, message }: FederationError): Fault {
  switch (code) {
    case 'InvalidIdentityToken':
      return fault('InvalidTokenException', message);
    case 'ExpiredTokenException':
      return fault('ExpiredTokenException', message);
    case 'IDPCommunicationError':
      return fault('ServiceUnavailableException', message);
  }
}

/** AssumeRole by the service for pods, in whose name it is recorded. Rejects with Fault. */
async function assume(
  cluster: Cluster,
  pod: PodIdentity,
  association: PodIdentityAssociationDocument,
  call: Call,
): Promise<StsTypes.AssumeRoleResponse> {
  const { account, region } = cluster;
  const service = { service: podIdentityAudience, sourceArn: clusterArn(cluster), account, region };
  try {
    return await call.assumeForService(service, podSession(cluster, pod, association, call.random));
  } catch (error) {
    const isKnown = error instanceof Fault && ['AccessDenied', 'ServiceUnavailable'].includes(error.code);
    if (!(error instanceof Fault) || isKnown || error.code === 'InternalFailure') throw error;
    // What STS says of a session that cannot be, such as a Region that is off, has no name here.
    throw fault('InvalidRequestException', error.text);
  }
}

function answer(
  { namespace, serviceAccount }: PodIdentity,
  association: PodIdentityAssociationDocument,
  { Credentials: issued, AssumedRoleUser: user }: StsTypes.AssumeRoleResponse,
): EksAuthTypes.AssumeRoleForPodIdentityResponse {
  if (issued === undefined || user === undefined) throw fault('InternalFailure');
  return {
    subject: { namespace, serviceAccount },
    audience: podIdentityAudience,
    podIdentityAssociation: {
      associationArn: association.id,
      associationId: association.id.slice(association.id.lastIndexOf('/') + 1),
    },
    assumedRoleUser: { arn: user.Arn, assumeRoleId: user.AssumedRoleId },
    credentials: {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.SessionToken,
      expiration: issued.Expiration,
    },
  };
}

function notFound(message: string): Fault {
  return fault('ResourceNotFoundException', message);
}
