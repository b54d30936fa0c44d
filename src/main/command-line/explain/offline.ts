import {
  type ApplicablePolicies,
  type ContextValue,
  compilePolicy,
  type NamedPolicy,
  PolicyError,
  type PolicyKind,
  type PolicyRequest,
  type PrincipalFacts,
  parsePolicy,
} from '#core/policy';

/** The options that describe a request and its policies. Files are read by the function that is handed in. */
export interface OfflineOptions {
  readonly policy: readonly string[];
  readonly boundary?: string;
  readonly session?: readonly string[];
  readonly resourcePolicy?: string;
  readonly trustPolicy?: string;
  readonly scp?: readonly string[];
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount?: string;
  readonly context?: readonly string[];
}

/** An option that cannot be used as it was given. */
export class UsageError extends Error {
  readonly code = 'Usage';
}

/** The policies of files. Throws Error with the name of the file that is no policy of its kind. */
export function readPolicies(
  options: OfflineOptions,
  readFile: (path: string) => string,
): ApplicablePolicies {
  const read = (path: string, kind: PolicyKind): NamedPolicy => {
    try {
      return { name: path, policy: compilePolicy(parsePolicy(readFile(path), kind)) };
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      const { message, position } = error;
      throw new Error(
        `${path}${position === undefined ? '' : `:${position.line}:${position.column}`}: ${message}`,
      );
    }
  };
  const { boundary, session, resourcePolicy, trustPolicy, scp } = options;
  if (resourcePolicy !== undefined && trustPolicy !== undefined)
    throw new UsageError('--resource-policy and --trust-policy exclude each other');
  return {
    identity: options.policy.map((path) => read(path, 'identity')),
    ...(boundary === undefined ? {} : { boundary: read(boundary, 'boundary') }),
    ...(session === undefined ? {} : { session: session.map((path) => read(path, 'session')) }),
    ...(resourcePolicy === undefined
      ? {}
      : { resource: { ...read(resourcePolicy, 'resource'), kind: 'resource' } }),
    ...(trustPolicy === undefined ? {} : { resource: { ...read(trustPolicy, 'trust'), kind: 'trust' } }),
    ...(scp === undefined ? {} : { scps: scp.map((path) => [read(path, 'scp')]) }),
  };
}

/** The request that the options describe, with the keys that follow from its principal. Throws UsageError. */
export function readRequest(options: OfflineOptions): PolicyRequest {
  const principal = readPrincipal(options.principal);
  const context = new Map<string, ContextValue>([['aws:principalarn', principal.arn]]);
  if (principal.type === 'user')
    context.set('aws:username', principal.arn.slice(principal.arn.lastIndexOf('/') + 1));
  if (principal.type === 'role-session') context.set('aws:principalarn', principal.roleArn);
  for (const [key, value] of readContext(options.context)) context.set(key, value);
  return {
    principal,
    action: options.action,
    resource: options.resource,
    ...(options.resourceAccount === undefined ? {} : { resourceAccount: options.resourceAccount }),
    context,
  };
}

/** The condition keys of `KEY=VALUE` entries, lower-cased; a key given twice has several values. Throws UsageError. */
export function readContext(entries: readonly string[] = []): ReadonlyMap<string, ContextValue> {
  const context = new Map<string, ContextValue>();
  for (const entry of entries) {
    const equals = entry.indexOf('=');
    if (equals < 1) throw new UsageError(`--context: expected KEY=VALUE; it is "${entry}"`);
    const key = entry.slice(0, equals).toLowerCase();
    const value = entry.slice(equals + 1);
    const before = context.get(key);
    context.set(key, before === undefined ? value : [before, value].flat());
  }
  return context;
}

/** A user, the root or the session of a role, by ARN. Files have no unique ids, so principals match by ARN alone. */
function readPrincipal(arn: string): Extract<PrincipalFacts, { type: 'root' | 'user' | 'role-session' }> {
  const root = /^arn:aws:iam::([0-9]{12}):root$/.exec(arn)?.[1];
  if (root !== undefined) return { type: 'root', account: root, arn, id: root };
  const user = /^arn:aws:iam::([0-9]{12}):user\/.+$/.exec(arn)?.[1];
  if (user !== undefined) return { type: 'user', account: user, arn, id: '' };
  const [, account, role, sessionName] =
    /^arn:aws:sts::([0-9]{12}):assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  if (account === undefined || role === undefined || sessionName === undefined)
    throw new UsageError(`--principal: expected the ARN of a user, a role session or a root; it is "${arn}"`);
  const roleArn = `arn:aws:iam::${account}:role/${role}`;
  return { type: 'role-session', account, arn, roleArn, id: '', sessionName };
}
