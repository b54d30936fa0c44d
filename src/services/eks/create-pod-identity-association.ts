import { encodeBase32, type RandomBytes } from '#core/identifiers';
import { defineOperation, findCluster } from '#services/operation';
import type { PodIdentityAssociationDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { eksOperations } from '#wire/model';
import { associationArn, clusterArnOf, describeAssociation, lastPart } from './association.ts';
import { checkServiceAccount, checkTerms } from './association-terms.ts';
import { noCluster } from './faults.ts';
import { aboutPassing, checkPassedRole, findPassedRole } from './passed-role.ts';
import { readTags, requestTagContext } from './tags.ts';

/** Amazon EKS User Guide, "View and manage Amazon EKS and Fargate service quotas". */
const mostAssociations = 5000;

/**
 * Gives the pods of a service account a role (Amazon EKS API Reference, "CreatePodIdentityAssociation"). The same request sent again finds what
 * it made; another one for the same service account is refused.
 */
export const createPodIdentityAssociation = defineOperation(eksOperations.CreatePodIdentityAssociation, {
  callers: 'signed',
  effect: 'change',

  load: (input, { state }) => {
    checkServiceAccount(input.namespace, input.serviceAccount);
    const { disableSessionTags = false, targetRoleArn } = input;
    checkTerms({ policy: input.policy, disableSessionTags, targetRoleArn });
    return { role: findPassedRole(state, input.roleArn), tags: readTags(input.tags) };
  },

  authorize: (input, { role, tags }, world) => [
    {
      action: 'eks:CreatePodIdentityAssociation',
      resource: clusterArnOf(world, input.clusterName),
      context: requestTagContext(tags),
    },
    aboutPassing(role),
  ],

  run: async (input, { tags }, call) => {
    const { clusterName, namespace, serviceAccount, roleArn, disableSessionTags = false, policy } = input;
    const { clientRequestToken: requestToken } = input;
    if (findCluster(call, clusterName) === undefined) throw noCluster(clusterName);
    const cluster = clusterArnOf(call, clusterName);
    const made: PodIdentityAssociationDocument = {
      id: associationArn(call, { clusterName, associationId: createAssociationId(call.random) }),
      account: call.caller.account.id,
      cluster,
      namespace,
      serviceAccount,
      roleArn,
      disableSessionTags,
      ...(policy === undefined ? {} : { policy }),
      createdAt: call.now,
      modifiedAt: call.now,
      ...(requestToken === undefined ? {} : { requestToken }),
      tags,
    };
    const document = await call.identity.write(({ state, put }) => {
      const associations = state.all('pod-identity-association');
      const present = associations.named(cluster, `${namespace}/${serviceAccount}`);
      if (present !== undefined) {
        if (isSameRequest(present, made)) return present;
        throw fault('ResourceInUseException', `Association already exists: ${lastPart(present.id)}`);
      }
      checkPassedRole(state, roleArn, made.account);
      if (associations.count(cluster) >= mostAssociations) {
        throw fault(
          'ResourceLimitExceededException',
          `A cluster has at most ${mostAssociations} pod identity associations.`,
        );
      }
      put('pod-identity-association', made);
      return made;
    });
    return describeAssociation(document);
  },
});

/** `a-` and seventeen lower-case letters and digits. */
function createAssociationId(random: RandomBytes): string {
  return `a-${encodeBase32(random(11)).slice(0, 17).toLowerCase()}`;
}

function isSameRequest(
  present: PodIdentityAssociationDocument,
  made: PodIdentityAssociationDocument,
): boolean {
  return (
    present.requestToken !== undefined &&
    present.requestToken === made.requestToken &&
    present.roleArn === made.roleArn &&
    present.disableSessionTags === made.disableSessionTags &&
    present.policy === made.policy
  );
}
