import { assumedRoleArn, parseArn, rootArn } from '#core/arn';
import { isAccountId, type UniqueId } from '#core/identifiers';
import { type PolicyDocument, type PrincipalMention, principalsOf } from '#core/policy';
import type { IdentityState } from '#stores/identity';
import { roleArn, userArn } from './caller.ts';

/** Unique ids of the users and roles that a policy names, by the name as it is written there. */
export type BoundIds = Readonly<Record<string, UniqueId>>;

/**
 * Binds a policy to the users and roles that it names now, in whatever account of this installation they are.
 * To be called in the write that saves it (IAM User Guide, "AWS JSON policy elements: Principal").
 * Throws what `refusal` makes of a principal that does not exist: it would be trust in whoever takes that name or id later.
 */
export function bindPrincipals(
  state: IdentityState,
  document: PolicyDocument,
  refusal: (principal: string) => Error,
): BoundIds {
  const ids: Record<string, UniqueId> = {};
  for (const { form, value } of principalsOf(document)) {
    if (form !== 'AWS' || value === '*') continue;
    const found = findPrincipal(state, value);
    if (found === undefined) throw refusal(value);
    if (found !== 'by account') ids[value] = found.id;
  }
  return ids;
}

/** Whom an AWS principal names: a user or role, whoever belongs to an account that exists, or nobody. */
function findPrincipal(
  state: IdentityState,
  value: string,
): { readonly id: UniqueId } | 'by account' | undefined {
  const hasAccount = (id: string): boolean => state.all('account').get(id) !== undefined;
  if (isAccountId(value)) return hasAccount(value) ? 'by account' : undefined;
  const arn = parseArn(value);
  if (arn === undefined) return state.all('user').get(value) ?? state.all('role').get(value);
  if (arn.partition !== 'aws' || !hasAccount(arn.account)) return undefined;
  if (value === rootArn(arn.account)) return 'by account';
  const [kind, roleName = '', session = ''] = arn.resource.split('/');
  const name = arn.resource.slice(arn.resource.lastIndexOf('/') + 1);
  switch (`${arn.service}:${kind}`) {
    case 'iam:user': {
      const user = state.all('user').named(arn.account, name);
      return user !== undefined && userArn(user) === value ? user : undefined;
    }
    case 'iam:role': {
      const role = state.all('role').named(arn.account, name);
      return role !== undefined && roleArn(role) === value ? role : undefined;
    }
    case 'sts:assumed-role': {
      const role = state.all('role').named(arn.account, roleName);
      return role !== undefined && assumedRoleArn(arn.account, role.name, session) === value
        ? role
        : undefined;
    }
    case 'sts:federated-user':
      // Federated users are nobody in particular before they call: their account answers for the name.
      return 'by account';
    default:
      return undefined;
  }
}

/**
 * The text of a policy as it is shown. Users and roles stand there with the ARN they have now, and with their bare unique id once they are
 * gone, also when somebody else has their name. Only principals are written anew; everything else stays as it was submitted.
 */
export function showPrincipals(
  state: IdentityState,
  text: string,
  document: PolicyDocument,
  ids: BoundIds,
): string {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const string = /"(?:[^"\\]|\\.)*"/y;
  let shown = '';
  let at = 0;
  for (const mention of principalsOf(document)) {
    const current = currentPrincipal(state, mention, ids);
    if (current === mention.value) continue;
    const { line, column } = mention.position;
    const start = (lineStarts[line - 1] ?? 0) + column - 1;
    string.lastIndex = start;
    shown += text.slice(at, start) + JSON.stringify(current);
    at = start + (string.exec(text)?.[0].length ?? 0);
  }
  return shown + text.slice(at);
}

function currentPrincipal(state: IdentityState, { value }: PrincipalMention, ids: BoundIds): string {
  if (isAccountId(value)) return rootArn(value);
  const id = ids[value];
  if (id === undefined) return value;
  const user = state.all('user').get(id);
  if (user !== undefined) return userArn(user);
  const role = state.all('role').get(id);
  const session = /^arn:aws:sts::[0-9]{12}:assumed-role\/[^/]+\/(.+)$/.exec(value)?.[1];
  if (role === undefined) return session === undefined ? id : `${id}:${session}`;
  return session === undefined ? roleArn(role) : assumedRoleArn(role.account, role.name, session);
}
