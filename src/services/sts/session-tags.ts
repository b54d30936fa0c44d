import type { ContextValue } from '#core/policy';
import type { SessionClaims } from '#core/session-token';
import { fault } from '#wire/faults';

export type SessionTag = NonNullable<SessionClaims['tags']>[number];

interface TagInput {
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined;
  readonly TransitiveTagKeys?: readonly string[] | undefined;
}

/**
 * The tags a new session will carry: those the caller's session hands on, then those of the request.
 * Throws InvalidParameterValue for repeated keys, keys of AWS's own, and transitive keys that are not among the tags or already inherited.
 */
export function readSessionTags(input: TagInput, inherited: readonly SessionTag[]): readonly SessionTag[] {
  const tags = input.Tags ?? [];
  const keys = new Set(tags.map(({ Key }) => Key.toLowerCase()));
  if (keys.size < tags.length) {
    throw fault(
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  for (const key of keys) {
    if (key.startsWith('aws:')) throw fault('InvalidParameterValue', 'Tag keys must not begin with aws:.');
  }
  const transitive = new Set((input.TransitiveTagKeys ?? []).map((key) => key.toLowerCase()));
  for (const key of transitive) {
    if (!keys.has(key)) {
      throw fault(
        'InvalidParameterValue',
        'The specified transitive tag key must be included in the requested tags.',
      );
    }
  }
  // Neither as a transitive tag nor as a plain one may a session rename what an earlier session pinned.
  if (inherited.some((tag) => keys.has(tag.key.toLowerCase()))) {
    throw fault(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  return [
    ...inherited,
    ...tags.map(({ Key, Value }) => ({
      key: Key,
      value: Value,
      transitive: transitive.has(Key.toLowerCase()),
    })),
  ];
}

/** The condition keys that tell policy which tags a request passes. */
export function tagContext(input: TagInput): Record<string, ContextValue> {
  const context: Record<string, ContextValue> = {};
  const tags = input.Tags ?? [];
  for (const { Key, Value } of tags) context[`aws:RequestTag/${Key}`] = Value;
  if (tags.length > 0) context['aws:TagKeys'] = tags.map(({ Key }) => Key);
  const transitive = input.TransitiveTagKeys ?? [];
  if (transitive.length > 0) context['sts:TransitiveTagKeys'] = transitive;
  return context;
}
