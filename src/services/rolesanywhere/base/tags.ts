import type { ContextValue } from '#core/policy';
import type { Tag } from '#stores/identity';
import { fault } from '#wire/faults';
import type { RolesanywhereTypes } from '#wire/model';
import { invalid } from './faults.ts';

const mostTags = 200;

/** The tags of a request as they are stored. Throws ValidationException for a key that comes twice or is AWS's own. */
export function readTags(tags: readonly RolesanywhereTypes.Tag[] | undefined): readonly Tag[] {
  const read = (tags ?? []).map(({ key, value }) => ({ key, value }));
  if (new Set(read.map(({ key }) => key)).size !== read.length) throw invalid('Tag keys must be unique.');
  if (read.some(({ key }) => /^aws:/i.test(key))) throw invalid('Tag keys must not begin with aws:.');
  return read;
}

/** A resource's tags once others were added; one of the same key gives way. Throws TooManyTagsException. */
export function addTags(present: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const merged = new Map([...present, ...added].map((tag) => [tag.key, tag]));
  if (merged.size > mostTags) {
    throw fault('TooManyTagsException', `A resource can have up to ${mostTags} tags.`);
  }
  return [...merged.values()];
}

/** The condition keys of a request that brings tags. */
export function requestTagContext(
  tags: readonly RolesanywhereTypes.Tag[] | undefined,
): Readonly<Record<string, ContextValue>> {
  if (tags === undefined || tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(({ key }) => key),
  };
}
