import { createUuid } from '#core/identifiers';
import type { Call, Question } from '#services/operation';
import type { AnywhereProfileDocument, IdentityTransaction } from '#stores/identity';
import type { RolesanywhereTypes } from '#wire/model';
import { invalid } from './faults.ts';
import { aboutEverything, listResources, type Place, placeOf, type ResourceKind } from './resource.ts';
import { readTags, requestTagContext } from './tags.ts';

/** How many of each kind an account may have in a Region (IAM Roles Anywhere User Guide, "Quotas"). */
const quotas = { 'trust-anchor': 50, profile: 250 } as const;

/** The questions of an operation that makes a resource: tags need a permission of their own. */
export function aboutCreating(
  action: string,
  tags: readonly RolesanywhereTypes.Tag[] | undefined,
): readonly Question[] {
  const context = requestTagContext(tags);
  const create = aboutEverything(action, context);
  return tags === undefined || tags.length === 0
    ? [create]
    : [create, aboutEverything('TagResource', context)];
}

/** What every new resource begins with. */
export function newResource(
  input: {
    readonly name: string;
    readonly enabled?: boolean | undefined;
    readonly tags?: readonly RolesanywhereTypes.Tag[] | undefined;
  },
  call: Call,
): Pick<
  AnywhereProfileDocument,
  'id' | 'account' | 'region' | 'name' | 'isEnabled' | 'createdAt' | 'updatedAt' | 'tags'
> {
  return {
    id: createUuid(call.random),
    ...placeOf(call),
    name: input.name,
    // AWS's clients say so where something is to be used at once.
    isEnabled: input.enabled ?? false,
    createdAt: call.now,
    updatedAt: call.now,
    tags: readTags(input.tags),
  };
}

/** Throws ValidationException where the account has as many in the Region as it may. */
export function checkQuota(
  kind: keyof typeof quotas & ResourceKind,
  { state }: IdentityTransaction,
  place: Place,
): void {
  const limit = quotas[kind];
  if (listResources(state, kind, place).length >= limit) {
    throw invalid(`The account has the ${limit} resources of type ${kind} that it may have in the Region.`);
  }
}
