import type { ContextValue } from '#core/policy';
import { defineOperation, type World } from '#services/operation';
import type { IdentityState, Tag, TrailDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { type CloudtrailTypes, cloudtrailOperations } from '#wire/model';
import { aboutTrail, invalidArn, type NamedTrail, nameTrail } from './find-trail.ts';

const mostTags = 50;
const mostListed = 20;

/** The tags of a request as they are stored. Throws InvalidTagParameterException for a key that comes twice or is AWS's own. */
export function readTags(tags: readonly CloudtrailTypes.Tag[] | undefined): readonly Tag[] {
  const read = (tags ?? []).map(({ Key: key, Value: value }) => ({ key, value: value ?? '' }));
  if (new Set(read.map(({ key }) => key)).size !== read.length) {
    throw fault('InvalidTagParameterException', 'Tag keys must be unique.');
  }
  if (read.some(({ key }) => key.toLowerCase().startsWith('aws:'))) {
    throw fault('InvalidTagParameterException', 'Tag keys must not begin with aws:.');
  }
  checkTagCount(read);
  return read;
}

function checkTagCount(tags: readonly Tag[]): void {
  if (tags.length > mostTags) {
    throw fault('TagsLimitExceededException', `A trail can have up to ${mostTags} tags.`);
  }
}

/** The condition keys of a request that brings tags. */
export function requestTagContext(tags: readonly Tag[]): Readonly<Record<string, ContextValue>> {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(({ key }) => key),
  };
}

/** Tags are put on what an ARN names. Throws CloudTrailARNInvalidException for a name alone. */
function nameTagged(given: string, world: World): NamedTrail {
  if (!given.startsWith('arn:')) throw invalidArn(given);
  return nameTrail(given, world);
}

/** Throws ResourceNotFoundException. */
function taggedTrail({ arn }: NamedTrail, state: IdentityState): TrailDocument {
  const trail = state.all('trail').get(arn);
  if (trail === undefined) throw fault('ResourceNotFoundException', `Resource ${arn} was not found.`);
  return trail;
}

/** Puts tags on a trail; a key that is there gets the new value (CloudTrail API, "AddTags"). */
export const addTags = defineOperation(cloudtrailOperations.AddTags, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => ({
    named: nameTagged(input.ResourceId, world),
    tags: readTags(input.TagsList),
  }),
  authorize: (_input, { named, tags }, { state }) => [
    aboutTrail('AddTags', named, state, requestTagContext(tags)),
  ],
  run: async (_input, { named, tags: added }, { identity }) => {
    await identity.write(({ state, put }) => {
      const trail = taggedTrail(named, state);
      const keys = new Set(added.map(({ key }) => key));
      const tags = [...trail.tags.filter(({ key }) => !keys.has(key)), ...added];
      checkTagCount(tags);
      put('trail', { ...trail, tags });
    });
    return {};
  },
});

/** Takes tags off a trail; a key that is not there is none to take (CloudTrail API, "RemoveTags"). */
export const removeTags = defineOperation(cloudtrailOperations.RemoveTags, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => nameTagged(input.ResourceId, world),
  authorize: (input, named, { state }) => [
    aboutTrail('RemoveTags', named, state, { 'aws:TagKeys': input.TagsList.map(({ Key }) => Key) }),
  ],
  run: async (input, named, { identity }) => {
    await identity.write(({ state, put }) => {
      const trail = taggedTrail(named, state);
      const removed = new Set(input.TagsList.map(({ Key }) => Key));
      put('trail', { ...trail, tags: trail.tags.filter(({ key }) => !removed.has(key)) });
    });
    return {};
  },
});

/** The tags of trails (CloudTrail API, "ListTags"). */
export const listTags = defineOperation(cloudtrailOperations.ListTags, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => {
    if (input.ResourceIdList.length > mostListed) {
      throw fault('ValidationError', `ResourceIdList can name up to ${mostListed} trails.`);
    }
    if (input.NextToken !== undefined) {
      throw fault('InvalidTokenException', 'ListTags answers with every tag at once and gives no token.');
    }
    return input.ResourceIdList.map((given) => nameTagged(given, world));
  },
  authorize: (_input, all, { state }) => all.map((named) => aboutTrail('ListTags', named, state)),
  run: (_input, all, { state }) => ({
    ResourceTagList: all.map((named) => ({
      ResourceId: named.arn,
      TagsList: taggedTrail(named, state).tags.map(({ key, value }) => ({ Key: key, Value: value })),
    })),
  }),
});
