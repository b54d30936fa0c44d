import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject, subjectUser } from '../base/subject.ts';
import { replaceProfile, withPassword } from './password.ts';
import { passwordHolder, passwordSubject, profileOf } from './profile.ts';

/** Gives a user another password, or makes them change it (IAM API Reference, "UpdateLoginProfile"). */
export const updateLoginProfile = defineOperation(iamOperations.UpdateLoginProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => passwordSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('UpdateLoginProfile', world, subject)],
  run: async (input, subject, call) => {
    const { state, caller } = call;
    const user = subjectUser(state, caller.account.id, passwordHolder(subject));
    const profile = profileOf(state, user);
    const changed =
      input.Password === undefined
        ? profile
        : await withPassword(profile, input.Password, caller.account, call);
    const resetRequired = input.PasswordResetRequired ?? profile.resetRequired;
    await replaceProfile(call, user.name, profile, { ...changed, resetRequired });
  },
});
