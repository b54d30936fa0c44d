import { defineOperation, type World } from '#services/operation';
import type { IdentityState, PodIdentityAssociationDocument, Tag } from '#stores/identity';
import { eksOperations } from '#wire/model';
import { aboutAssociation } from './association.ts';
import { noTaggedResource } from './faults.ts';
import { answerTags, mergeTags, readTags, requestTagContext, withoutTags } from './tags.ts';

type Place = Pick<World, 'caller'> & { readonly state: IdentityState };

/** Puts tags on an association; a key that is there gets the new value (Amazon EKS API Reference, "TagResource"). */
export const tagResource = defineOperation(eksOperations.TagResource, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => ({ found: findTagged(world, input.resourceArn), tags: readTags(input.tags) }),
  authorize: (input, { found, tags }) => [
    aboutAssociation('TagResource', input.resourceArn, found, requestTagContext(tags)),
  ],
  run: (input, { tags }, call) =>
    call.identity.write(({ state, put }) => {
      const found = requireTagged({ ...call, state }, input.resourceArn);
      put('pod-identity-association', { ...found, tags: mergeTags(found.tags, tags) });
      return {};
    }),
});

/** Takes tags off an association (Amazon EKS API Reference, "UntagResource"). */
export const untagResource = defineOperation(eksOperations.UntagResource, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => findTagged(world, input.resourceArn),
  authorize: (input, found) => [
    aboutAssociation('UntagResource', input.resourceArn, found, { 'aws:TagKeys': input.tagKeys }),
  ],
  run: (input, _found, call) =>
    call.identity.write(({ state, put }) => {
      const found = requireTagged({ ...call, state }, input.resourceArn);
      const tags: readonly Tag[] = withoutTags(found.tags, input.tagKeys);
      put('pod-identity-association', { ...found, tags });
      return {};
    }),
});

/** The tags of an association (Amazon EKS API Reference, "ListTagsForResource"). */
export const listTagsForResource = defineOperation(eksOperations.ListTagsForResource, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => findTagged(world, input.resourceArn),
  authorize: (input, found) => [aboutAssociation('ListTagsForResource', input.resourceArn, found)],
  run: (input, _found, call) => ({ tags: answerTags(requireTagged(call, input.resourceArn).tags) }),
});

/** An association of the caller's account, by its ARN. */
function findTagged({ state, caller }: Place, arn: string): PodIdentityAssociationDocument | undefined {
  const found = state.all('pod-identity-association').get(arn);
  return found?.account === caller.account.id ? found : undefined;
}

/** Throws NotFoundException. */
function requireTagged(world: Place, arn: string): PodIdentityAssociationDocument {
  const found = findTagged(world, arn);
  if (found === undefined) throw noTaggedResource(arn);
  return found;
}
