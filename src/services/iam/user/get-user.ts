import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject, subjectOf, subjectUser } from '../base/subject.ts';
import { describeRoot, describeUser } from './describe-user.ts';

/** Describes a user, by default the caller; a calling root is described as a user without name (IAM API Reference, "GetUser"). */
export const getUser = defineOperation(iamOperations.GetUser, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => subjectOf(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('GetUser', world, subject)],
  run: (_input, subject, { state, caller }) => ({
    User:
      subject.kind === 'root'
        ? describeRoot(caller.account)
        : describeUser(subjectUser(state, caller.account.id, subject)),
  }),
});
