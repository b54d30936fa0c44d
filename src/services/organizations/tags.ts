import type { ContextValue } from '#core/policy';
import type { Question } from '#services/operation';
import type { Tag } from '#stores/identity';
import type { OrganizationsTypes } from '#wire/model';
import { constraintViolation, invalidInput } from './faults.ts';
import { quotas } from './quotas.ts';

/**
 * The tags of a request as they are stored (Organizations User Guide, "Tagging Organizations resources"). Keys that differ only by case
 * are one key, because policies do not tell them apart.
 * Throws InvalidInputException for a key that comes twice or is AWS's own, ConstraintViolationException for too many.
 */
export function readTags(tags: readonly OrganizationsTypes.Tag[] | undefined): readonly Tag[] {
  if (tags === undefined) return [];
  const keys = new Set(tags.map(({ Key }) => Key.toLowerCase()));
  if (keys.size !== tags.length) {
    throw invalidInput('DUPLICATE_TAG_KEY');
  }
  if ([...keys].some((key) => key.startsWith('aws:'))) {
    throw invalidInput('INVALID_SYSTEM_TAGS_PARAMETER');
  }
  const read = tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
  checkTagCount(read);
  return read;
}

/** Throws ConstraintViolationException when a resource would have more tags than it may. */
export function checkTagCount(tags: readonly Tag[]): void {
  if (tags.length > quotas.TagsPerResource) throw constraintViolation('MAX_TAG_LIMIT_EXCEEDED');
}

/** The condition keys of a request that brings tags; none when it brings no tags. */
export function requestTagContext(tags: readonly Tag[]): Readonly<Record<string, ContextValue>> {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(({ key }) => key),
  };
}

/** The further question of an operation that creates something with tags: may the caller tag? None when there are no tags. */
export function aboutTagging(tags: readonly Tag[]): readonly Question[] {
  if (tags.length === 0) return [];
  return [{ action: 'organizations:TagResource', resource: '*', context: requestTagContext(tags) }];
}

export function answerTags(tags: readonly Tag[]): readonly OrganizationsTypes.Tag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
