import { createUniqueId } from '#core/identifiers';
import { defineOperation } from '#services/operation';
import type { PolicyRecord } from '#stores/identity';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';
import { answerTags, readTags, requestTagContext } from '../base/tags.ts';
import { checkDocument } from './check-document.ts';
import { listedPolicy } from './describe-policy.ts';
import { ofAccount } from './find-policy.ts';

/** Creates a managed policy with its first version (IAM API Reference, "CreatePolicy"). */
export const createPolicy = defineOperation(iamOperations.CreatePolicy, {
  callers: 'signed',
  effect: 'change',
  load: (input) => {
    checkDocument(input.PolicyDocument);
    return { tags: readTags(input.Tags, 'exact-case') };
  },
  authorize: (input, { tags }, world) => {
    const place = { name: input.PolicyName, path: input.Path ?? '/' };
    // Who may create a policy may not thereby tag it: tags can decide who may do what with it.
    const actions = tags.length === 0 ? ['CreatePolicy'] : ['CreatePolicy', 'TagPolicy'];
    return actions.map((action) =>
      aboutEntity(action, world, 'policy', place, input.PolicyName, requestTagContext(tags)),
    );
  },
  run: async (input, { tags }, { state, identity, caller, now, random }) => {
    const account = caller.account.id;
    const policy = await identity.write(({ state, put }): PolicyRecord => {
      const policies = state.all('policy');
      if (policies.named(account, input.PolicyName) !== undefined) {
        throw entityAlreadyExists('policy', input.PolicyName);
      }
      checkQuota('PoliciesPerAccount', policies.count(account));
      const created: PolicyRecord = {
        id: createUniqueId('ANPA', random),
        account,
        name: input.PolicyName,
        path: input.Path ?? '/',
        createdAt: now,
        updatedAt: now,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        versions: [{ id: 'v1', document: input.PolicyDocument, createdAt: now }],
        defaultVersion: 'v1',
        lastVersion: 1,
        tags,
      };
      put('policy', created);
      return created;
    });
    return {
      Policy: {
        ...listedPolicy(state, account, ofAccount(policy)),
        ...(tags.length === 0 ? {} : { Tags: answerTags(tags) }),
      },
    };
  },
});
