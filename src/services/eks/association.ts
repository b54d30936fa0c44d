import { clusterArn, type Question, type World } from '#services/operation';
import type { IdentityState, PodIdentityAssociationDocument } from '#stores/identity';
import type { AssociationResponse, PodIdentityAssociation } from '#wire/model';
import { noAssociation } from './faults.ts';
import { answerTags } from './tags.ts';

type Place = Pick<World, 'caller' | 'region'>;

/** What names an association in a request. */
interface AssociationName {
  readonly clusterName: string;
  readonly associationId: string;
}

/** ARN of a cluster of the caller's account in the Region of the request, whether there is one or not. */
export function clusterArnOf({ caller, region }: Place, name: string): string {
  return clusterArn({ name, account: caller.account.id, region });
}

export function associationArn(
  { caller, region }: Place,
  { clusterName, associationId }: AssociationName,
): string {
  return `arn:aws:eks:${region}:${caller.account.id}:podidentityassociation/${clusterName}/${associationId}`;
}

/** The association a request names, in the caller's account and the Region of the request. */
export function findAssociation(
  world: Place & { readonly state: IdentityState },
  name: AssociationName,
): PodIdentityAssociationDocument | undefined {
  return world.state.all('pod-identity-association').get(associationArn(world, name));
}

/** Throws ResourceNotFoundException. */
export function requireAssociation(
  world: Place & { readonly state: IdentityState },
  name: AssociationName,
): PodIdentityAssociationDocument {
  const found = findAssociation(world, name);
  if (found === undefined) throw noAssociation(name.associationId);
  return found;
}

/** The question whether the caller may do this to an association, which is asked alike when there is none. */
export function aboutAssociation(
  action: string,
  arn: string,
  found: PodIdentityAssociationDocument | undefined,
  context: NonNullable<Question['context']> = {},
): Question {
  return { action: `eks:${action}`, resource: arn, resourceTags: found?.tags ?? [], context };
}

/** The last part of an ARN whose parts are separated by slashes. */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** An association as answers show it. */
export function describeAssociation(document: PodIdentityAssociationDocument): AssociationResponse {
  const { policy } = document;
  const association: PodIdentityAssociation = {
    clusterName: lastPart(document.cluster),
    namespace: document.namespace,
    serviceAccount: document.serviceAccount,
    roleArn: document.roleArn,
    associationArn: document.id,
    associationId: lastPart(document.id),
    tags: answerTags(document.tags),
    createdAt: document.createdAt,
    modifiedAt: document.modifiedAt,
    disableSessionTags: document.disableSessionTags,
    ...(policy === undefined ? {} : { policy }),
  };
  return { association };
}
