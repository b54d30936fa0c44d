import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { aboutSubject, subjectOf } from '../base/subject.ts';
import { ownedKey, ownerOf } from './owner.ts';
import { sessionKeyId, setSessionStatus } from './session-key.ts';

/**
 * Deletes an access key and what is known of its last use (IAM API Reference, "DeleteAccessKey"). The id of a temporary one (`ASIA…`,
 * without UserName) ends that session for good, by whoever may do this to every key of the account.
 */
export const deleteAccessKey = defineOperation(iamOperations.DeleteAccessKey, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => sessionKeyId(input) ?? subjectOf(input.UserName, world),
  authorize: (_input, subject, world) => [
    typeof subject === 'string'
      ? aboutEverything('DeleteAccessKey')
      : aboutSubject('DeleteAccessKey', world, subject),
  ],
  run: async (input, subject, call) => {
    await call.identity.write((transaction) => {
      if (typeof subject === 'string') {
        setSessionStatus(transaction, call, subject, 'Deleted');
        return;
      }
      const { state, delete: remove } = transaction;
      const key = ownedKey(state, ownerOf(state, call.caller.account.id, subject), input.AccessKeyId);
      remove('access-key', key.id);
      if (state.all('last-used').get(key.id) !== undefined) remove('last-used', key.id);
    });
  },
});
