import type { AccessKeyDocument, IdentityState } from '#stores/identity';
import { noSuchEntity } from '#wire/faults';
import { type Subject, subjectUser } from '../base/subject.ts';

/** Who holds access keys: a user, or the account's root, which has no name. */
export interface KeyOwner {
  /** Unique id of the user, or the account id. */
  readonly id: string;
  readonly name?: string;
}

/** The subject as the owner of keys in that state. Throws NoSuchEntity for a user that is not there. */
export function ownerOf(state: IdentityState, account: string, subject: Subject): KeyOwner {
  if (subject.kind === 'root') return { id: account };
  const user = subjectUser(state, account, subject);
  return { id: user.id, name: user.name };
}

/** The access key of that id when it belongs to that owner. Throws NoSuchEntity; somebody else's key is as absent as none. */
export function ownedKey(state: IdentityState, owner: KeyOwner, id: string): AccessKeyDocument {
  const key = state.all('access-key').get(id);
  if (key === undefined || key.owner !== owner.id) throw noSuchEntity('access key', id);
  return key;
}

/** The owner's name as a member of answers; the root's keys have none. */
export function ownerName(owner: KeyOwner): { readonly UserName?: string } {
  return owner.name === undefined ? {} : { UserName: owner.name };
}
