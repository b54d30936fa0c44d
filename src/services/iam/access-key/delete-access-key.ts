import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject, subjectOf } from '../base/subject.ts';
import { ownedKey, ownerOf } from './owner.ts';

/** Deletes an access key and what is known of its last use (IAM API Reference, "DeleteAccessKey"). */
export const deleteAccessKey = defineOperation(iamOperations.DeleteAccessKey, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => subjectOf(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('DeleteAccessKey', world, subject)],
  run: async (input, subject, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      const key = ownedKey(state, ownerOf(state, caller.account.id, subject), input.AccessKeyId);
      remove('access-key', key.id);
      if (state.all('last-used').get(key.id) !== undefined) remove('last-used', key.id);
    });
  },
});
