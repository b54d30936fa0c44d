import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject, subjectUser } from '../base/subject.ts';
import { describeProfile, passwordHolder, passwordSubject, profileOf } from './profile.ts';

/** Whether a user, by default the caller, has a password and must change it (IAM API Reference, "GetLoginProfile"). */
export const getLoginProfile = defineOperation(iamOperations.GetLoginProfile, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => passwordSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('GetLoginProfile', world, subject)],
  run: (_input, subject, { state, caller }) => {
    const user = subjectUser(state, caller.account.id, passwordHolder(subject));
    return { LoginProfile: describeProfile(user, profileOf(state, user)) };
  },
});
