import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { aboutSubject, subjectOf } from '../base/subject.ts';
import { ownedKey, ownerOf } from './owner.ts';
import { sessionKeyId, setSessionStatus } from './session-key.ts';

/**
 * Makes an access key active or inactive (IAM API Reference, "UpdateAccessKey"). The id of a temporary one (`ASIA…`, without UserName)
 * ends that session, by whoever may do this to every key of the account: whose session it is does not follow from its id.
 */
export const updateAccessKey = defineOperation(iamOperations.UpdateAccessKey, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => ({
    subject: sessionKeyId(input) ?? subjectOf(input.UserName, world),
    status: readStatus(input.Status),
  }),
  authorize: (_input, { subject }, world) => [
    typeof subject === 'string'
      ? aboutEverything('UpdateAccessKey')
      : aboutSubject('UpdateAccessKey', world, subject),
  ],
  run: async (input, { subject, status }, call) => {
    await call.identity.write((transaction) => {
      if (typeof subject === 'string') {
        setSessionStatus(transaction, call, subject, status);
        return;
      }
      const { state, put } = transaction;
      const key = ownedKey(state, ownerOf(state, call.caller.account.id, subject), input.AccessKeyId);
      put('access-key', { ...key, status });
    });
  },
});

/** The model also lists `Expired`, which only credentials with an end can become. */
function readStatus(status: string): 'Active' | 'Inactive' {
  if (status === 'Active' || status === 'Inactive') return status;
  throw fault(
    'ValidationError',
    "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
  );
}
