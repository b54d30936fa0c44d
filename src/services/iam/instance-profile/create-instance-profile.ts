import { createUniqueId } from '#core/identifiers';
import { defineOperation } from '#services/operation';
import type { InstanceProfileDocument } from '#stores/identity';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';
import { readTags, requestTagContext } from '../base/tags.ts';
import { describeInstanceProfile } from './describe-instance-profile.ts';

/** Creates an instance profile that holds no role yet (IAM API Reference, "CreateInstanceProfile"). */
export const createInstanceProfile = defineOperation(iamOperations.CreateInstanceProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input) => ({ tags: readTags(input.Tags, 'exact-case') }),
  authorize: (input, { tags }, world) => {
    const { InstanceProfileName: name, Path: path = '/' } = input;
    const actions = ['CreateInstanceProfile', ...(tags.length === 0 ? [] : ['TagInstanceProfile'])];
    return actions.map((action) =>
      aboutEntity(action, world, 'instance-profile', { name, path }, name, requestTagContext(tags)),
    );
  },
  run: async (input, { tags }, { identity, caller, now, random }) => {
    const account = caller.account.id;
    const { InstanceProfileName: name, Path: path = '/' } = input;
    const profile = await identity.write(({ state, put }): InstanceProfileDocument => {
      const profiles = state.all('instance-profile');
      if (profiles.named(account, name) !== undefined) throw entityAlreadyExists('instance profile', name);
      checkQuota('InstanceProfilesPerAccount', profiles.count(account));
      const created: InstanceProfileDocument = {
        id: createUniqueId('AIPA', random),
        account,
        name,
        path,
        createdAt: now,
        roles: [],
        tags,
      };
      put('instance-profile', created);
      return created;
    });
    return { InstanceProfile: describeInstanceProfile(identity.state, profile) };
  },
});
