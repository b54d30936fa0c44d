import type { World } from '#services/operation';
import type { IdentityState, LoginProfileDocument, UserDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import type { IamTypes } from '#wire/model';
import { subjectOf, type UserSubject } from '../base/subject.ts';

/** The user whose password an operation is about, by default the caller. Throws ValidationError for a root: it has no password here. */
export function passwordSubject(userName: string | undefined, world: World): UserSubject {
  const subject = subjectOf(userName, world);
  if (subject.kind === 'user') return subject;
  throw fault('ValidationError', 'Must specify userName when calling with root credentials');
}

/** The login profile of a user. Throws NoSuchEntity. */
export function profileOf(state: IdentityState, user: UserDocument): LoginProfileDocument {
  const profile = state.all('login-profile').get(user.id);
  if (profile === undefined) throw noSuchEntity('login profile', user.name);
  return profile;
}

/** A login profile in the form of the answers. */
export function describeProfile(user: UserDocument, profile: LoginProfileDocument): IamTypes.LoginProfile {
  return {
    UserName: user.name,
    CreateDate: profile.createdAt,
    PasswordResetRequired: profile.resetRequired,
  };
}
