import { assumedRoleArn, parseArn, rootArn } from '#core/arn';
import { isAccountId, type UniqueId } from '#core/identifiers';
import { type PolicyDocument, type PrincipalMention, parsePolicy, principalsOf } from '#core/policy';
import { percentEncode } from '#core/text';
import { roleArn, userArn } from '#services/operation';
import type { IdentityState, RoleDocument } from '#stores/identity';
import { fault, limitExceeded } from '#wire/faults';
import { policySize } from '../base/policy-size.ts';
import { quotas } from '../base/quotas.ts';

/** A trust policy as a role keeps it. */
export type Trust = Pick<RoleDocument, 'trustPolicy' | 'trustedIds'>;

/**
 * Reads a trust policy and checks all that no state can make right. Throws MalformedPolicyDocument (as PolicyError),
 * or LimitExceeded for more characters than a role may have, white space between the parts not counted.
 */
export function readTrustPolicy(text: string): PolicyDocument {
  const document = parsePolicy(text, 'trust');
  if (policySize(text) > quotas.ACLSizePerRole) throw limitExceeded('ACLSizePerRole', quotas.ACLSizePerRole);
  return document;
}

/**
 * Binds a trust policy to the users and roles that it names now, in whatever account of this installation they are.
 * To be called in the write that saves it (IAM User Guide, "AWS JSON policy elements: Principal").
 * Throws MalformedPolicyDocument for a principal that does not exist: it would be trust in whoever takes that name or id later.
 */
export function bindTrust(state: IdentityState, text: string, document: PolicyDocument): Trust {
  const trustedIds: Record<string, UniqueId> = {};
  for (const { form, value } of principalsOf(document)) {
    if (form !== 'AWS' || value === '*') continue;
    const found = findPrincipal(state, value);
    if (found === undefined)
      throw fault('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${value}"`);
    if (found !== 'by account') trustedIds[value] = found.id;
  }
  return { trustPolicy: text, trustedIds };
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
 * A trust policy in the form of the answers, percent-encoded. Users and roles stand there with the ARN they have now, and with their
 * bare unique id once they are gone, also when somebody else has their name.
 */
export function describeTrust(state: IdentityState, trust: Trust): string {
  return percentEncode(currentTrust(state, trust));
}

/** Only principals are written anew; everything else stays as it was submitted. */
function currentTrust(state: IdentityState, { trustPolicy: text, trustedIds }: Trust): string {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const string = /"(?:[^"\\]|\\.)*"/y;
  let shown = '';
  let at = 0;
  for (const mention of principalsOf(parsePolicy(text, 'trust'))) {
    const current = currentPrincipal(state, mention, trustedIds);
    if (current === mention.value) continue;
    const { line, column } = mention.position;
    const start = (lineStarts[line - 1] ?? 0) + column - 1;
    string.lastIndex = start;
    shown += text.slice(at, start) + JSON.stringify(current);
    at = start + (string.exec(text)?.[0].length ?? 0);
  }
  return shown + text.slice(at);
}

function currentPrincipal(
  state: IdentityState,
  { value }: PrincipalMention,
  trustedIds: Trust['trustedIds'],
): string {
  if (isAccountId(value)) return rootArn(value);
  const id = trustedIds[value];
  if (id === undefined) return value;
  const user = state.all('user').get(id);
  if (user !== undefined) return userArn(user);
  const role = state.all('role').get(id);
  const session = /^arn:aws:sts::[0-9]{12}:assumed-role\/[^/]+\/(.+)$/.exec(value)?.[1];
  if (role === undefined) return session === undefined ? id : `${id}:${session}`;
  return session === undefined ? roleArn(role) : assumedRoleArn(role.account, role.name, session);
}
