import type { ContextValue } from '#core/policy';
import { compareText } from '#core/text';
import type { Tag } from '#stores/identity';
import { fault } from '#wire/faults';
import type { IamTypes } from '#wire/model';
import { quotas } from './quotas.ts';

/**
 * Whether keys that differ only by case are one key: they are for users and roles, and two keys for everything else that has tags
 * (IAM User Guide, "Tags for IAM resources").
 */
export type TagKeys = 'any-case' | 'exact-case';

const foldings: Readonly<Record<TagKeys, (key: string) => string>> = {
  'any-case': (key) => key.toLowerCase(),
  'exact-case': (key) => key,
};

const duplicateTexts: Readonly<Record<TagKeys, string>> = {
  'any-case': 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  'exact-case': 'Duplicate tag keys found.',
};

/**
 * The tags of a request as they are stored.
 * Throws InvalidInput for a key given twice and for a key of AWS's own, LimitExceeded for more tags than a resource may have.
 */
export function readTags(
  tags: readonly IamTypes.Tag[] | undefined,
  keys: TagKeys = 'any-case',
): readonly Tag[] {
  if (tags === undefined) return [];
  if (new Set(tags.map(({ Key }) => foldings[keys](Key))).size !== tags.length) {
    throw fault('InvalidInput', duplicateTexts[keys]);
  }
  if (tags.some(({ Key }) => /^aws:/i.test(Key))) {
    throw fault('InvalidInput', 'Tag keys must not begin with aws:.');
  }
  checkTagCount(tags.length);
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}

/**
 * A resource's tags once others were added: a tag of the same key gives way, and keeps its place.
 * Throws LimitExceeded when they would be more than a resource may have.
 */
export function addTags(
  present: readonly Tag[],
  added: readonly Tag[],
  keys: TagKeys = 'any-case',
): readonly Tag[] {
  const fold = foldings[keys];
  const merged = new Map([...present, ...added].map((tag) => [fold(tag.key), tag]));
  checkTagCount(merged.size);
  return [...merged.values()];
}

/** A resource's tags without those of the given keys; a key that is not there changes nothing. */
export function removeTags(
  present: readonly Tag[],
  removed: readonly string[],
  keys: TagKeys = 'any-case',
): readonly Tag[] {
  const fold = foldings[keys];
  const gone = new Set(removed.map(fold));
  return present.filter(({ key }) => !gone.has(fold(key)));
}

/** Tags in order of their keys, as lists show them. */
export function sortTags(tags: readonly Tag[]): readonly Tag[] {
  return [...tags].sort((left, right) => compareText(left.key, right.key));
}

/** The condition keys of a request that brings tags: `aws:RequestTag/<key>` and `aws:TagKeys`; none when it brings no tags. */
export function requestTagContext(tags: readonly Tag[]): Readonly<Record<string, ContextValue>> {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    ...tagKeyContext(tags.map(({ key }) => key)),
  };
}

/** The condition key of a request that names tags without their values. */
export function tagKeyContext(keys: readonly string[]): Readonly<Record<string, ContextValue>> {
  return keys.length === 0 ? {} : { 'aws:TagKeys': keys };
}

/** Stored tags in the form of the answers. */
export function answerTags(tags: readonly Tag[]): readonly IamTypes.Tag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

function checkTagCount(count: number): void {
  if (count > quotas.TagsPerResource) {
    throw fault('LimitExceeded', 'The number of tags has reached the maximum limit.');
  }
}
