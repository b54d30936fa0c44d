import type { World } from '#services/operation';
import type { IdentityState, LoginProfileDocument, UserDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import type { IamTypes } from '#wire/model';
import { type Subject, subjectOf, type UserSubject } from '../base/subject.ts';

/**
 * Whose password an operation is about, by default the caller's. A root is meant by whoever assumed it with AssumeRoot alone
 * (IAM API Reference, "DeleteLoginProfile"). Throws ValidationError when it calls by itself.
 */
export function passwordSubject(userName: string | undefined, world: World): Subject {
  const subject = subjectOf(userName, world);
  if (subject.kind === 'user' || world.caller.session?.kind === 'assumed-root') return subject;
  throw fault('ValidationError', 'Must specify userName when calling with root credentials');
}

/** The subject as a user who can have a password. Throws NoSuchEntity for a root: it has none here. */
export function passwordHolder(subject: Subject): UserSubject {
  if (subject.kind === 'user') return subject;
  throw noSuchEntity('login profile', 'root');
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
