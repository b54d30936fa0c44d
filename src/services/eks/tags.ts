import type { ContextValue } from '#core/policy';
import type { Tag } from '#stores/identity';
import type { TagMap } from '#wire/model';
import { invalidParameter } from './faults.ts';

const mostTags = 50;
const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * The tags of a request as they are stored. Keys that differ only by case are one key, because policies do not tell them apart.
 * Throws InvalidParameterException for such keys, AWS's own, and characters that no tag has.
 */
export function readTags(tags: TagMap = {}): readonly Tag[] {
  const read = Object.entries(tags).map(([key, value]) => ({ key, value }));
  if (new Set(read.map(({ key }) => key.toLowerCase())).size < read.length)
    throw invalidParameter('Two tag keys differ by case alone.');
  for (const { key, value } of read) {
    if (key.toLowerCase().startsWith('aws:')) throw invalidParameter('Tag keys must not begin with aws:.');
    if (!characters.test(`${key}${value}`))
      throw invalidParameter('A tag has characters that tags cannot have.');
  }
  return read;
}

/** The tags with others laid over them. Throws InvalidParameterException for more than a resource may have. */
export function mergeTags(present: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const merged = [
    ...withoutTags(
      present,
      added.map(({ key }) => key),
    ),
    ...added,
  ];
  if (merged.length > mostTags) throw invalidParameter(`A resource has at most ${mostTags} tags.`);
  return merged;
}

/** The tags without those keys; a key that is not there is none to take. */
export function withoutTags(present: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const taken = new Set(keys.map((key) => key.toLowerCase()));
  return present.filter(({ key }) => !taken.has(key.toLowerCase()));
}

/** The condition keys of a request that brings tags; none when it brings no tags. */
export function requestTagContext(tags: readonly Tag[]): Readonly<Record<string, ContextValue>> {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(({ key }) => key),
  };
}

export function answerTags(tags: readonly Tag[]): TagMap {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
