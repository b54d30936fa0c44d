import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject, subjectUser } from '../base/subject.ts';
import { passwordHolder, passwordSubject, profileOf } from './profile.ts';

/** Takes a user's password away; access keys stay (IAM API Reference, "DeleteLoginProfile"). */
export const deleteLoginProfile = defineOperation(iamOperations.DeleteLoginProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => passwordSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('DeleteLoginProfile', world, subject)],
  run: async (_input, subject, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      remove(
        'login-profile',
        profileOf(state, subjectUser(state, caller.account.id, passwordHolder(subject))).id,
      );
    });
  },
});
