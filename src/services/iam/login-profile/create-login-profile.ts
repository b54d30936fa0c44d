import { defineOperation, sealPassword } from '#services/operation';
import type { LoginProfileDocument } from '#stores/identity';
import { entityAlreadyExists, type Fault, fault, noSuchEntity } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutSubject, subjectUser } from '../base/subject.ts';
import { checkPassword } from './password-rules.ts';
import { describeProfile, passwordSubject } from './profile.ts';

/** Gives a user a password (IAM API Reference, "CreateLoginProfile"). */
export const createLoginProfile = defineOperation(iamOperations.CreateLoginProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => {
    const subject = passwordSubject(input.UserName, world);
    return { subject, password: subject.kind === 'root' ? '' : readPassword(input.Password) };
  },
  authorize: (_input, { subject }, world) => [aboutSubject('CreateLoginProfile', world, subject)],
  run: async (input, { subject, password }, call) => {
    const { caller, identity, now, state } = call;
    if (subject.kind === 'root') throw noRootPassword();
    const user = subjectUser(state, caller.account.id, subject);
    checkPassword(password, caller.account);
    const profile: LoginProfileDocument = {
      id: user.id,
      account: caller.account.id,
      createdAt: now,
      sealedHash: await sealPassword(password, user.id, call),
      previousSealedHashes: [],
      changedAt: now,
      resetRequired: input.PasswordResetRequired ?? false,
    };
    await identity.write(({ state: present, put }) => {
      if (present.all('user').get(user.id) === undefined) throw noSuchEntity('user', user.name);
      if (present.all('login-profile').get(user.id) !== undefined) {
        throw entityAlreadyExists('login profile', user.name);
      }
      put('login-profile', profile);
    });
    return { LoginProfile: describeProfile(user, profile) };
  },
});

/** On AWS this lets the owner of the root's mailbox choose a password. Here no root signs in with one. */
function noRootPassword(): Fault {
  return fault('UnsupportedOperation', 'A root signs in with no password here, so that it can recover none.');
}

/** The model lets it be missing, for sessions of AssumeRoot alone, which have their own ways. */
function readPassword(password: string | undefined): string {
  if (password !== undefined) return password;
  throw fault(
    'ValidationError',
    "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
  );
}
