import type { ContextValue } from '#core/policy';
import type { Question, World } from '#services/operation';
import type { Documents, IdentityState } from '#stores/identity';
import { noSuchEntity } from '#wire/faults';
import { checkModifiable } from './lookup.ts';
import { aboutEntity } from './question.ts';

/** What can hold policies. */
export type HolderKind = 'user' | 'group' | 'role';

/** The member of inputs and answers that names a holder. */
export type HolderMember = 'UserName' | 'GroupName' | 'RoleName';

/** The holder of that name, if there is one. */
export function findHolder<Kind extends HolderKind>(
  state: IdentityState,
  kind: Kind,
  account: string,
  name: string,
): Documents[Kind] | undefined {
  return state.all(kind).named(account, name);
}

/** The holder of that name. Throws NoSuchEntity. */
export function holderNamed<Kind extends HolderKind>(
  state: IdentityState,
  kind: Kind,
  account: string,
  name: string,
): Documents[Kind] {
  const holder = findHolder(state, kind, account, name);
  if (holder === undefined) throw noSuchEntity(kind, name);
  return holder;
}

/** The holder of that name, to be changed. Throws NoSuchEntity, or UnmodifiableEntity for the role of a service. */
export function modifiableHolderNamed<Kind extends HolderKind>(
  state: IdentityState,
  kind: Kind,
  account: string,
  name: string,
): Documents[Kind] {
  const holder = holderNamed(state, kind, account, name);
  if (kind === 'role') checkModifiable(holder);
  return holder;
}

/**
 * The question whether the caller may change what that holder may do. The holder's boundary is a condition key of it, so that
 * an administrator can be held to change only those who are bounded (IAM User Guide, "Permissions boundaries for IAM entities").
 */
export function aboutHolderChange(
  action: string,
  world: World,
  kind: HolderKind,
  found: Documents[HolderKind] | undefined,
  name: string,
  context: Readonly<Record<string, ContextValue>> = {},
): Question {
  const boundary =
    found !== undefined && 'permissionsBoundary' in found ? found.permissionsBoundary : undefined;
  return aboutEntity(action, world, kind, found, name, {
    ...context,
    ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
  });
}

/** The member of an answer that names the holder. */
export function holderAnswer<Member extends HolderMember>(
  member: Member,
  name: string,
): Record<Member, string> {
  // The compiler forgets that the computed member is the one of its type.
  return { [member]: name } as Record<Member, string>;
}
