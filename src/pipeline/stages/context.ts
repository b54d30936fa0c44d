import type { ContextValue } from '#core/policy';
import { formatIsoSeconds } from '#core/time';
import { callerUserId, principalFacts, type Question } from '#services/operation';
import type { Tag } from '#stores/identity';
import { header, type WireRequest } from '../exchange.ts';
import type { Authenticated } from './authenticate.ts';

const principalTypes = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const;

/** What the connection tells, for condition keys. */
export interface Connection {
  readonly sourceIp: string;
  readonly secure: boolean;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
}

/** What a request tells of its connection. */
export function connectionOf(request: WireRequest): Connection {
  return {
    sourceIp: request.sourceIp,
    secure: request.secure,
    userAgent: header(request, 'user-agent'),
    referer: header(request, 'referer'),
  };
}

/**
 * The condition keys of one question, lower-cased (IAM User Guide, "AWS global condition context keys").
 * INVARIANT: what a question says of itself cannot name a key that describes the caller, the session or the connection,
 * except the MFA keys, which AssumeRole answers for the code it was given.
 */
export function requestContext(
  authenticated: Authenticated,
  question: Question,
  connection: Connection,
): ReadonlyMap<string, ContextValue> {
  const { caller, now } = authenticated;
  const { account, session } = caller;
  const principal = principalFacts(caller);
  const context = new Map<string, ContextValue>();
  context.set('aws:currenttime', formatIsoSeconds(now));
  context.set('aws:epochtime', String(Math.floor(now / 1000)));
  context.set('aws:securetransport', String(connection.secure));
  context.set('aws:sourceip', connection.sourceIp);
  if (connection.userAgent !== undefined) context.set('aws:useragent', connection.userAgent);
  if (connection.referer !== undefined) context.set('aws:referer', connection.referer);
  context.set('aws:requestedregion', authenticated.requestedRegion);
  context.set('aws:viaawsservice', 'false');
  context.set('aws:principalisawsservice', 'false');
  context.set('aws:principalaccount', account.id);
  context.set('aws:principaltype', principalTypes[caller.kind]);
  context.set(
    'aws:principalarn',
    principal.type === 'role-session' ? principal.roleArn : 'arn' in principal ? principal.arn : '',
  );
  context.set('aws:userid', callerUserId(caller));
  if (account.organization !== undefined) context.set('aws:principalorgid', account.organization.id);
  if (caller.kind === 'user') context.set('aws:username', caller.user.name);
  for (const tag of principalTags(authenticated))
    context.set(`aws:principaltag/${tag.key.toLowerCase()}`, tag.value);
  if (session !== undefined) {
    context.set('aws:tokenissuetime', formatIsoSeconds(session.issuedAt * 1000));
    context.set('aws:multifactorauthpresent', String(session.mfaAt !== undefined));
    if (session.mfaAt !== undefined) {
      context.set('aws:multifactorauthage', String(Math.max(0, Math.floor(now / 1000) - session.mfaAt)));
    }
    if (session.sourceIdentity !== undefined) context.set('aws:sourceidentity', session.sourceIdentity);
    for (const [key, value] of Object.entries(session.context ?? {})) context.set(key.toLowerCase(), value);
  }
  const resourceAccount = question.resourceAccount ?? account.id;
  context.set('aws:resourceaccount', resourceAccount);
  const owner = authenticated.state.all('account').get(resourceAccount);
  if (owner?.organization !== undefined) context.set('aws:resourceorgid', owner.organization.id);
  for (const tag of question.resourceTags ?? []) {
    context.set(`aws:resourcetag/${tag.key.toLowerCase()}`, tag.value);
    context.set(`iam:resourcetag/${tag.key.toLowerCase()}`, tag.value);
  }
  for (const [key, value] of Object.entries(question.context ?? {})) {
    if (value !== undefined) context.set(key.toLowerCase(), value);
  }
  return context;
}

/** Tags of the principal, with those of the session in place of the principal's own of the same key. Later ones win in the context. */
function principalTags({ caller }: Authenticated): readonly Tag[] {
  const session = caller.session?.tags ?? [];
  switch (caller.kind) {
    case 'root':
      return session;
    case 'user':
      return [...caller.user.tags, ...session];
    case 'assumed-role':
      return [...caller.role.tags, ...session];
    case 'federated-user':
      return [...(caller.issuer?.tags ?? []), ...session];
  }
}
