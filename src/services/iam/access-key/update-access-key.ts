import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutSubject, subjectOf } from '../base/subject.ts';
import { ownedKey, ownerOf } from './owner.ts';

/** Makes an access key active or inactive (IAM API Reference, "UpdateAccessKey"). */
export const updateAccessKey = defineOperation(iamOperations.UpdateAccessKey, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => ({ subject: subjectOf(input.UserName, world), status: readStatus(input.Status) }),
  authorize: (_input, { subject }, world) => [aboutSubject('UpdateAccessKey', world, subject)],
  run: async (input, { subject, status }, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const key = ownedKey(state, ownerOf(state, caller.account.id, subject), input.AccessKeyId);
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
