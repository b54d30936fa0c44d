import { rootArn } from '#core/arn';
import type { Question, World } from '#services/operation';
import type { IdentityState, UserDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { userNamed } from './lookup.ts';
import { aboutEntity } from './question.ts';

/** The user an operation is about, as far as it was found. */
export interface UserSubject {
  readonly kind: 'user';
  readonly name: string;
  readonly found: UserDocument | undefined;
  /** True when the request named nobody and so means the caller. */
  readonly isCaller: boolean;
}

/** Whom an operation with an optional UserName is about. */
export type Subject = UserSubject | { readonly kind: 'root' };

/**
 * The user of that name; without a name the calling user, or the account's root when that is calling.
 * Throws ValidationError when nobody is named and the caller is neither.
 */
export function subjectOf(userName: string | undefined, { state, caller }: World): Subject {
  if (userName !== undefined) {
    const found = state.all('user').named(caller.account.id, userName);
    return { kind: 'user', name: userName, found, isCaller: false };
  }
  if (caller.kind === 'user')
    return { kind: 'user', name: caller.user.name, found: caller.user, isCaller: true };
  if (caller.kind === 'root') return { kind: 'root' };
  throw fault('ValidationError', 'Must specify userName when calling with non-User credentials');
}

/** The question whether the caller may do this to the subject. */
export function aboutSubject(action: string, world: World, subject: Subject): Question {
  return subject.kind === 'root'
    ? { action: `iam:${action}`, resource: rootArn(world.caller.account.id) }
    : aboutEntity(action, world, 'user', subject.found, subject.name);
}

/**
 * The subject's user in that state. A caller is found by unique id: their name may have passed to somebody else since they signed.
 * Throws NoSuchEntity.
 */
export function subjectUser(state: IdentityState, account: string, subject: UserSubject): UserDocument {
  if (!subject.isCaller) return userNamed(state, account, subject.name);
  const user = state.all('user').get(subject.found?.id ?? '');
  if (user === undefined) throw noSuchEntity('user', subject.name);
  return user;
}
