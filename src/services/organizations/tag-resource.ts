import { defineOperation, organizationPolicy, type Question } from '#services/operation';
import type { IdentityState, IdentityTransaction, OrganizationDocument, Tag } from '#stores/identity';
import { organizationsOperations } from '#wire/model';
import { invalidInput, notFound } from './faults.ts';
import { findOrganization, managedOrganization, visibleOrganization } from './membership.ts';
import { page } from './page.ts';
import { aboutPolicy } from './policy/question.ts';
import { answerTags, checkTagCount, readTags, requestTagContext } from './tags.ts';
import { aboutTarget, findTarget, targetTags } from './target.ts';

/** Puts tags on a root, organizational unit, account or policy; a key that is there gets the new value (Organizations API, "TagResource"). */
export const tagResource = defineOperation(organizationsOperations.TagResource, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => ({
    organization: findOrganization(state, caller),
    tags: readTags(input.Tags),
  }),
  authorize: (input, { organization, tags }, { state }) => [
    aboutResource('TagResource', state, organization, input.ResourceId, requestTagContext(tags)),
  ],
  run: async (input, { tags }, { identity, caller }) =>
    identity.write((transaction): void => {
      const organization = managedOrganization(transaction.state, caller);
      const present = tagsOf(transaction.state, organization, input.ResourceId);
      const added = new Set(tags.map(({ key }) => key.toLowerCase()));
      putTags(transaction, organization, input.ResourceId, [
        ...present.filter(({ key }) => !added.has(key.toLowerCase())),
        ...tags,
      ]);
    }),
});

/** Takes tags off; a key that is not there is none to take (Organizations API, "UntagResource"). */
export const untagResource = defineOperation(organizationsOperations.UntagResource, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutResource('UntagResource', state, organization, input.ResourceId, { 'aws:TagKeys': input.TagKeys }),
  ],
  run: async (input, _organization, { identity, caller }) =>
    identity.write((transaction): void => {
      const organization = managedOrganization(transaction.state, caller);
      const removed = new Set(input.TagKeys.map((key) => key.toLowerCase()));
      const present = tagsOf(transaction.state, organization, input.ResourceId);
      putTags(
        transaction,
        organization,
        input.ResourceId,
        present.filter(({ key }) => !removed.has(key.toLowerCase())),
      );
    }),
});

/** The tags of a root, organizational unit, account or policy (Organizations API, "ListTagsForResource"). */
export const listTagsForResource = defineOperation(organizationsOperations.ListTagsForResource, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutResource('ListTagsForResource', state, organization, input.ResourceId, {}),
  ],
  run: (input, _organization, { state, caller }) => {
    const tags = tagsOf(state, visibleOrganization(state, caller), input.ResourceId);
    const byKey = tags
      .map((tag) => ({ ...tag, id: tag.key }))
      .sort((left, right) => (left.id < right.id ? -1 : 1));
    const { items, rest } = page(byKey, { NextToken: input.NextToken, MaxResults: byKey.length });
    return { Tags: answerTags(items), ...rest };
  },
});

function aboutResource(
  action: string,
  state: IdentityState,
  organization: OrganizationDocument | undefined,
  id: string,
  context: NonNullable<Question['context']>,
): Question {
  if (!id.startsWith('p-')) return aboutTarget(action, state, organization, id, context);
  const question = aboutPolicy(action, state, organization, id);
  return { ...question, context: { ...question.context, ...context } };
}

/** The tags of what an id names. Throws TargetNotFoundException. */
function tagsOf(state: IdentityState, organization: OrganizationDocument, id: string): readonly Tag[] {
  const policy = organizationPolicy(state, organization, id);
  if (policy !== undefined) return state.all('organization-policy').get(id)?.tags ?? [];
  const target = findTarget(state, organization, id);
  if (target === undefined) throw notFound('TargetNotFoundException');
  return targetTags(target);
}

function putTags(
  { state, put }: IdentityTransaction,
  organization: OrganizationDocument,
  id: string,
  tags: readonly Tag[],
): void {
  checkTagCount(tags);
  const policy = organizationPolicy(state, organization, id);
  if (policy?.awsManaged === true) throw invalidInput('IMMUTABLE_POLICY');
  const own = policy && state.all('organization-policy').get(id);
  const target = findTarget(state, organization, id);
  if (own !== undefined) put('organization-policy', { ...own, tags });
  else if (target?.type === 'ROOT') put('organization', { ...target.organization, rootTags: tags });
  else if (target?.type === 'ORGANIZATIONAL_UNIT') put('organizational-unit', { ...target.unit, tags });
  else if (target?.account.organization !== undefined) {
    const { account } = target;
    put('account', { ...account, organization: { ...target.account.organization, tags } });
  } else throw notFound('TargetNotFoundException');
}
