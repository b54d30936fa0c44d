import type { ContextValue } from '#core/policy';
import { formatIsoSeconds, type Instant } from '#core/time';
import type { AccountDocument, IdentityState, Tag } from '#stores/identity';
import { type Caller, callerUserId, principalFacts, type ServiceCaller } from './caller.ts';
import type { Moment, Question, World } from './operation.ts';
import { organizationPathText } from './organization-policies.ts';

const principalTypes = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const;

/** What the connection tells, for condition keys. */
export interface Connection {
  /** The Region policy sees in `aws:RequestedRegion`. */
  readonly requestedRegion: string;
  readonly sourceIp: string;
  readonly secure: boolean;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
}

/**
 * The condition keys of one question, lower-cased (IAM User Guide, "AWS global condition context keys").
 * INVARIANT: what a question says of itself cannot name a key that describes the caller, the session or the connection,
 * except the MFA keys, which AssumeRole answers for the code it was given.
 * Without a connection, as in a simulation, the keys that describe one are absent.
 */
export function requestContext(
  world: Pick<World, 'state' | 'caller' | 'now'>,
  question: Question,
  connection: Connection | undefined,
): ReadonlyMap<string, ContextValue> {
  const { caller, now } = world;
  const { account, session } = caller;
  const principal = principalFacts(caller);
  const context = new Map<string, ContextValue>();
  setMoment(context, now, connection);
  context.set('aws:principalisawsservice', 'false');
  context.set('aws:principalaccount', account.id);
  context.set('aws:principaltype', principalTypes[caller.kind]);
  context.set(
    'aws:principalarn',
    principal.type === 'role-session' ? principal.roleArn : 'arn' in principal ? principal.arn : '',
  );
  context.set('aws:userid', callerUserId(caller));
  setOrganization(context, 'principal', world.state, account);
  if (caller.kind === 'user') context.set('aws:username', caller.user.name);
  for (const tag of principalTags(caller))
    context.set(`aws:principaltag/${tag.key.toLowerCase()}`, tag.value);
  if (session !== undefined) {
    context.set('aws:tokenissuetime', formatIsoSeconds(session.issuedAt * 1000));
    context.set('aws:multifactorauthpresent', String(session.mfaAt !== undefined));
    if (session.mfaAt !== undefined) {
      context.set('aws:multifactorauthage', String(Math.max(0, Math.floor(now / 1000) - session.mfaAt)));
    }
    if (session.kind === 'assumed-root') context.set('aws:assumedroot', 'true');
    if (session.sourceIdentity !== undefined) context.set('aws:sourceidentity', session.sourceIdentity);
    for (const [key, value] of Object.entries(session.context ?? {})) context.set(key.toLowerCase(), value);
  }
  setResource(context, world.state, question, question.resourceAccount ?? account.id);
  return context;
}

/**
 * The condition keys of a question about somebody whom an identity provider vouches for: no key of the house describes them, only
 * the claims that the question brings along.
 */
export function federatedContext(
  { state, now }: Pick<World, 'state' | 'now'>,
  account: string,
  question: Question,
  connection: Connection,
): ReadonlyMap<string, ContextValue> {
  const context = new Map<string, ContextValue>();
  setMoment(context, now, connection);
  setResource(context, state, question, account);
  return context;
}

/**
 * The condition keys of a question that a service of AWS's asks: what it acts for is described, so that a role can trust it for its own
 * account's things alone (IAM User Guide, "The confused deputy problem"). There is no connection of a caller that keys could describe.
 */
export function serviceContext(
  { state, region, now }: Moment,
  { service, sourceArn, account }: ServiceCaller,
  question: Question,
): ReadonlyMap<string, ContextValue> {
  const context = new Map<string, ContextValue>();
  setMoment(context, now, undefined);
  context.set('aws:securetransport', 'true');
  context.set('aws:requestedregion', region);
  context.set('aws:principalisawsservice', 'true');
  context.set('aws:principalservicename', service);
  context.set('aws:principalservicenameslist', [service]);
  context.set('aws:sourcearn', sourceArn);
  context.set('aws:sourceaccount', account.id);
  setOrganization(context, 'source', state, account);
  setResource(context, state, question, account.id);
  return context;
}

function setMoment(
  context: Map<string, ContextValue>,
  now: Instant,
  connection: Connection | undefined,
): void {
  context.set('aws:currenttime', formatIsoSeconds(now));
  context.set('aws:epochtime', String(Math.floor(now / 1000)));
  if (connection !== undefined) {
    context.set('aws:securetransport', String(connection.secure));
    context.set('aws:sourceip', connection.sourceIp);
    if (connection.userAgent !== undefined) context.set('aws:useragent', connection.userAgent);
    if (connection.referer !== undefined) context.set('aws:referer', connection.referer);
    context.set('aws:requestedregion', connection.requestedRegion);
  }
  context.set('aws:viaawsservice', 'false');
}

/** What a question is about, and what it says of itself. */
function setResource(
  context: Map<string, ContextValue>,
  state: IdentityState,
  question: Question,
  resourceAccount: string,
): void {
  context.set('aws:resourceaccount', resourceAccount);
  const owner = state.all('account').get(resourceAccount);
  if (owner !== undefined) setOrganization(context, 'resource', state, owner);
  for (const tag of question.resourceTags ?? []) {
    context.set(`aws:resourcetag/${tag.key.toLowerCase()}`, tag.value);
    context.set(`iam:resourcetag/${tag.key.toLowerCase()}`, tag.value);
  }
  for (const [key, value] of Object.entries(question.context ?? {})) {
    if (value !== undefined) context.set(key.toLowerCase(), value);
  }
}

/** The organization of the principal's, the resource's or the source's account, and the one path through it that leads to the account. */
function setOrganization(
  context: Map<string, ContextValue>,
  of: 'principal' | 'resource' | 'source',
  state: IdentityState,
  account: AccountDocument,
): void {
  const path = organizationPathText(state, account);
  if (account.organization === undefined || path === undefined) return;
  context.set(`aws:${of}orgid`, account.organization.id);
  context.set(`aws:${of}orgpaths`, [path]);
}

/** Tags of the principal, with those of the session in place of the principal's own of the same key. Later ones win in the context. */
export function principalTags(caller: Caller): readonly Tag[] {
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
