import { defineOperation, type World } from '#services/operation';
import { rolesanywhereOperations as models } from '#wire/model';
import { invalid } from './base/faults.ts';
import {
  aboutEverything,
  aboutResource,
  type NamedResource,
  parseResourceArn,
  placeOf,
  presentResource,
  storedKind,
} from './base/resource.ts';
import { addTags, readTags, requestTagContext } from './base/tags.ts';

/** What is tagged is named by its ARN. Throws ValidationException for one that is of no resource of the caller's account in this Region. */
function nameByArn(arn: string, world: World): NamedResource {
  const named = parseResourceArn(arn);
  const { account, region } = placeOf(world);
  if (named === undefined || named.account !== account || named.region !== region) {
    throw invalid(`${arn} is not the ARN of a resource of the account in this Region.`);
  }
  return named;
}

/** Puts tags on a resource; a key that is there gets the new value (IAM Roles Anywhere API Reference, "TagResource"). */
export const tagResource = defineOperation(models.TagResource, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => nameByArn(input.resourceArn, world),
  authorize: ({ tags }, named, { state }) => [
    aboutResource('TagResource', state, named, requestTagContext(tags)),
  ],
  run: async (input, named, { identity }) => {
    const added = readTags(input.tags);
    await identity.write(({ state, put }) => {
      const present = presentResource(state, named.kind, named);
      put(storedKind(named.kind), { ...present, tags: addTags(present.tags, added) } as never);
    });
    return {};
  },
});

/** Takes tags off a resource; a key that is not there is none to take ("UntagResource"). */
export const untagResource = defineOperation(models.UntagResource, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => nameByArn(input.resourceArn, world),
  authorize: ({ tagKeys }, named, { state }) => [
    aboutResource('UntagResource', state, named, tagKeys.length === 0 ? {} : { 'aws:TagKeys': tagKeys }),
  ],
  run: async ({ tagKeys }, named, { identity }) => {
    await identity.write(({ state, put }) => {
      const present = presentResource(state, named.kind, named);
      const tags = present.tags.filter(({ key }) => !tagKeys.includes(key));
      put(storedKind(named.kind), { ...present, tags } as never);
    });
    return {};
  },
});

/** The tags of a resource ("ListTagsForResource"). It is no permission about one resource alone. */
export const listTagsForResource = defineOperation(models.ListTagsForResource, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => nameByArn(input.resourceArn, world),
  authorize: () => [aboutEverything('ListTagsForResource')],
  run: (_input, named, { state }) => ({
    tags: presentResource(state, named.kind, named).tags.map(({ key, value }) => ({ key, value })),
  }),
});
