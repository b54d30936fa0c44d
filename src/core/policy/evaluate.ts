import {
  type CompiledPolicy,
  type CompiledStatement,
  matchStatement,
  type PreparedRequest,
  prepareRequest,
} from './compile-policy.ts';
import type { Position } from './policy-error.ts';
import { type Reach, strongerReach } from './principal.ts';
import type { PolicyRequest } from './request.ts';

/** A policy and what it is called: its ARN, or the name of an inline policy. */
export interface NamedPolicy {
  readonly policy: CompiledPolicy;
  readonly name: string;
  /** Of an inline policy: whom it belongs to, such as `group_admins`. */
  readonly holder?: string;
}

/** Every policy that has a say in one request. */
export interface ApplicablePolicies {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  /** Present when session policies were passed; an empty list allows nothing. */
  readonly session?: readonly NamedPolicy[];
  /** A trust policy must always allow; another resource policy may. */
  readonly resource?: NamedPolicy & { readonly kind: 'trust' | 'resource' };
  /** One list for each level, the organization's root first. Absent where no organization has a say. */
  readonly scps?: readonly (readonly NamedPolicy[])[];
  readonly rcps?: readonly (readonly NamedPolicy[])[];
}

export type PolicyType = 'identity' | 'boundary' | 'session' | 'resource' | 'trust' | 'scp' | 'rcp';

/** The statement that decided. */
export interface StatementReference {
  readonly sid: string | undefined;
  readonly index: number;
  /** Of its opening brace, and just behind its closing one. */
  readonly position: Position;
  readonly end: Position;
}

/** The answer to a request, and what it rests on. */
export interface Decision {
  readonly allowed: boolean;
  readonly effect: 'allow' | 'implicit-deny' | 'explicit-deny';
  /** The kind of policy that decided; `root` where the owner of the account needs none. */
  readonly decidedBy: PolicyType | 'root';
  /** Of an explicit deny and of an allow: the policy and its statement. */
  readonly policyName?: string;
  readonly statement?: StatementReference;
}

/**
 * Decides one request (IAM User Guide, "Policy evaluation logic"). Pure, and never throws: what does not clearly allow denies.
 *
 * Every deny is looked for first. Then each kind of policy that limits must allow, and at least one that grants: the resource's policy
 * alone for a principal of the same account that it names, the identity policies otherwise, both across accounts.
 */
export function evaluate(request: PolicyRequest, policies: ApplicablePolicies): Decision {
  const prepared = prepareRequest(request);
  return (
    findDeny(prepared, policies) ??
    findMissingGuardrail(prepared, policies) ??
    grant(request, prepared, policies)
  );
}

/** Lists of policies by type, in the order in which a deny among several is reported. */
export function listPolicies(
  policies: ApplicablePolicies,
): readonly (readonly [PolicyType, readonly NamedPolicy[]])[] {
  const { resource, boundary, scps, rcps } = policies;
  const all: (readonly [PolicyType, readonly NamedPolicy[]])[] = [];
  for (const level of scps ?? []) all.push(['scp', level]);
  for (const level of rcps ?? []) all.push(['rcp', level]);
  if (resource !== undefined) all.push([resource.kind, [resource]]);
  all.push(['identity', policies.identity]);
  if (boundary !== undefined) all.push(['boundary', [boundary]]);
  if (policies.session !== undefined) all.push(['session', policies.session]);
  return all;
}

function findDeny(request: PreparedRequest, policies: ApplicablePolicies): Decision | undefined {
  for (const [type, named] of listPolicies(policies)) {
    for (const { policy, name } of named) {
      for (const compiled of policy.statements) {
        if (compiled.denies && matchStatement(compiled, request) !== 'none') {
          return {
            allowed: false,
            effect: 'explicit-deny',
            decidedBy: type,
            policyName: name,
            statement: refer(compiled),
          };
        }
      }
    }
  }
  return undefined;
}

/** Organization policies must allow at every level. */
function findMissingGuardrail(
  request: PreparedRequest,
  { scps, rcps }: ApplicablePolicies,
): Decision | undefined {
  for (const level of rcps ?? []) if (findAllow(request, level) === undefined) return implicitDeny('rcp');
  for (const level of scps ?? []) if (findAllow(request, level) === undefined) return implicitDeny('scp');
  return undefined;
}

function grant(request: PolicyRequest, prepared: PreparedRequest, policies: ApplicablePolicies): Decision {
  const { principal } = request;
  const { resource } = policies;
  const byResource = resource === undefined ? undefined : findResourceAllow(prepared, resource);
  if (!('account' in principal)) return byResource?.decision ?? implicitDeny(resource?.kind ?? 'resource');

  const isSameAccount = (request.resourceAccount ?? principal.account) === principal.account;
  const own = grantByIdentity(request, prepared, policies);
  if (!isSameAccount) {
    // The caller's own side first: what another account's policy says is not told to those who may not ask.
    if (!own.allowed) return own;
    return byResource?.decision ?? implicitDeny(resource?.kind ?? 'resource');
  }
  if (resource?.kind === 'trust' && byResource === undefined) return implicitDeny('trust');
  if (byResource?.reach === 'direct') return byResource.decision;
  if (byResource?.reach === 'limited') return findMissingLimit(prepared, policies) ?? byResource.decision;
  return own;
}

/** What the caller's own account says: identity policies within boundary and session policies. */
function grantByIdentity(
  { principal }: PolicyRequest,
  prepared: PreparedRequest,
  policies: ApplicablePolicies,
): Decision {
  if (principal.type === 'root') return { allowed: true, effect: 'allow', decidedBy: 'root' };
  const allow = findAllow(prepared, policies.identity);
  if (allow === undefined) return implicitDeny('identity');
  // A federated user without a session policy may do nothing that a resource does not grant it.
  if (principal.type === 'federated-user' && policies.session === undefined) return implicitDeny('session');
  return findMissingLimit(prepared, policies) ?? allowBy('identity', allow.name, allow.compiled);
}

function findMissingLimit(
  request: PreparedRequest,
  { boundary, session }: ApplicablePolicies,
): Decision | undefined {
  if (boundary !== undefined && findAllow(request, [boundary]) === undefined) return implicitDeny('boundary');
  if (session !== undefined && findAllow(request, session) === undefined) return implicitDeny('session');
  return undefined;
}

function findAllow(
  request: PreparedRequest,
  named: readonly NamedPolicy[],
): { readonly name: string; readonly compiled: CompiledStatement } | undefined {
  for (const { policy, name } of named) {
    for (const compiled of policy.statements) {
      if (!compiled.denies && matchStatement(compiled, request) !== 'none') return { name, compiled };
    }
  }
  return undefined;
}

/** The statement of a resource policy that reaches the principal most directly. */
function findResourceAllow(
  request: PreparedRequest,
  { policy, name, kind }: NonNullable<ApplicablePolicies['resource']>,
): { readonly reach: Reach; readonly decision: Decision } | undefined {
  let reach: Reach = 'none';
  let best: CompiledStatement | undefined;
  for (const compiled of policy.statements) {
    if (compiled.denies) continue;
    const found = matchStatement(compiled, request);
    if (strongerReach(reach, found) === reach) continue;
    reach = found;
    best = compiled;
  }
  return best === undefined ? undefined : { reach, decision: allowBy(kind, name, best) };
}

function allowBy(type: PolicyType, name: string, compiled: CompiledStatement): Decision {
  return { allowed: true, effect: 'allow', decidedBy: type, policyName: name, statement: refer(compiled) };
}

function implicitDeny(type: PolicyType): Decision {
  return { allowed: false, effect: 'implicit-deny', decidedBy: type };
}

/** Names a statement by its Sid and place. */
export function refer({ statement }: CompiledStatement): StatementReference {
  const { sid, index, position, end } = statement;
  return { sid, index, position, end };
}
