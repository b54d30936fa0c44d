import type { ContextValue } from '#core/policy';
import type { Tag } from '#stores/identity';
import { fault, limitExceeded } from '#wire/faults';
import type { IamTypes } from '#wire/model';
import { quotas } from './quotas.ts';

/**
 * The tags of a request as they are stored. Keys that differ only by case are one key (IAM User Guide, "Tags for IAM resources").
 * Throws InvalidInput for a key given twice, LimitExceeded for more tags than a resource may have.
 */
export function readTags(tags: readonly IamTypes.Tag[] | undefined): readonly Tag[] {
  if (tags === undefined) return [];
  if (new Set(tags.map(({ Key }) => Key.toLowerCase())).size !== tags.length) {
    throw fault('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (tags.length > quotas.TagsPerResource) throw limitExceeded('TagsPerResource', quotas.TagsPerResource);
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}

/** The condition keys of a request that brings tags: `aws:RequestTag/<key>` and `aws:TagKeys`; none when it brings no tags. */
export function requestTagContext(tags: readonly Tag[]): Readonly<Record<string, ContextValue>> {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(({ key }) => key),
  };
}

/** Stored tags in the form of the answers. */
export function answerTags(tags: readonly Tag[]): readonly IamTypes.Tag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
