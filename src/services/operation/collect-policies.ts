import type { ApplicablePolicies, NamedPolicy } from '#core/policy';
import type { SessionClaims } from '#core/session-token';
import type { GroupDocument, IdentityState, RoleDocument, UserDocument } from '#stores/identity';
import type { Caller } from './caller.ts';
import { managedPolicy } from './managed-policies.ts';
import type { Question } from './operation.ts';
import {
  type OrganizationLevel,
  resourceControlLevels,
  resourceControlLevelsOf,
  serviceControlLevels,
} from './organization-policies.ts';
import type { PolicyCache, TrustSource } from './policy-cache.ts';
import { rootTask } from './root-tasks.ts';

const everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
const nothing = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';

/** Stands in for the trust policy of a role that does not exist, so that both are judged alike: its one principal is bound to no id. */
const trustsNobody: TrustSource = {
  trustPolicy:
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:role/nobody"},"Action":"sts:AssumeRole"}]}',
  trustedIds: {},
};

/** Every policy that has a say in one question. */
export function collectPolicies(
  state: IdentityState,
  caller: Caller,
  question: Question,
  cache: PolicyCache,
): ApplicablePolicies {
  const own = principalPolicies(state, caller, cache);
  const setting = { name: 'account settings', policy: cache.compile(everything, 'identity') };
  const principal =
    question.allowedByAccount === true ? { ...own, identity: [...own.identity, setting] } : own;
  const policies = {
    ...principal,
    ...organizationPolicies(state, caller, question, cache),
  };
  return { ...policies, ...trustPolicy(state, question, cache) };
}

/** Every policy that has a say in what somebody without policies of their own may be given: the role's, and those of its organization. */
export function collectTrustPolicies(
  state: IdentityState,
  account: string,
  question: Question,
  cache: PolicyCache,
): ApplicablePolicies {
  const rcps = resourceControlLevelsOf(state, account);
  return {
    identity: [],
    ...(rcps === undefined ? {} : { rcps: compileLevels(rcps, 'rcp', cache) }),
    ...trustPolicy(state, question, cache),
  };
}

function trustPolicy(
  state: IdentityState,
  question: Question,
  cache: PolicyCache,
): Pick<ApplicablePolicies, 'resource'> {
  if (question.trust === undefined) return {};
  const { role } = question.trust;
  const policy = cache.compileTrust(role === undefined || isClosed(state, role) ? trustsNobody : role);
  return { resource: { kind: 'trust', name: question.resource, policy } };
}

/** The roles of a closed account trust nobody. */
function isClosed(state: IdentityState, role: RoleDocument): boolean {
  return state.all('account').get(role.account)?.organization?.status === 'SUSPENDED';
}

function organizationPolicies(
  state: IdentityState,
  caller: Caller,
  question: Question,
  cache: PolicyCache,
): Pick<ApplicablePolicies, 'scps' | 'rcps'> {
  const scps = serviceControlLevels(state, caller);
  const rcps = resourceControlLevels(state, caller, question);
  return {
    ...(scps === undefined ? {} : { scps: compileLevels(scps, 'scp', cache) }),
    ...(rcps === undefined ? {} : { rcps: compileLevels(rcps, 'rcp', cache) }),
  };
}

function compileLevels(
  levels: readonly OrganizationLevel[],
  kind: 'scp' | 'rcp',
  cache: PolicyCache,
): readonly (readonly NamedPolicy[])[] {
  return levels.map((level) =>
    level.map(({ arn, content }) => ({ name: arn, policy: cache.compile(content, kind) })),
  );
}

/** The policies of a group: those its members have through it. */
export function collectGroupPolicies(
  state: IdentityState,
  group: GroupDocument,
  cache: PolicyCache,
): readonly NamedPolicy[] {
  return identityPolicies(state, group, cache);
}

function principalPolicies(
  state: IdentityState,
  caller: Caller,
  cache: PolicyCache,
): Omit<ApplicablePolicies, 'resource'> {
  switch (caller.kind) {
    case 'root':
      return { identity: caller.session?.kind === 'assumed-root' ? taskPolicies(caller.session, cache) : [] };
    case 'user':
      return ofUser(state, caller.user, cache);
    case 'assumed-role': {
      const { policy, policyArns } = caller.session;
      const passed = policy !== undefined || policyArns !== undefined;
      return {
        ...ofHolder(state, caller.role, cache),
        ...(passed ? { session: sessionPolicies(state, caller, cache) } : {}),
      };
    }
    case 'federated-user': {
      const issuer =
        caller.issuer === undefined
          ? { identity: [{ name: 'root', policy: cache.compile(everything, 'identity') }] }
          : ofUser(state, caller.issuer, cache);
      // Without a session policy a federated user may do nothing: an empty list allows nothing.
      return { ...issuer, session: sessionPolicies(state, caller, cache) };
    }
  }
}

/**
 * What a session of AssumeRoot is limited by: its task's policy, which only denies. A root without a policy may do everything.
 * INVARIANT: a session whose task is not known may do nothing.
 */
function taskPolicies({ policyArns = [] }: SessionClaims, cache: PolicyCache): readonly NamedPolicy[] {
  const name = policyArns[0] ?? 'no task';
  return [{ name, policy: cache.compile(rootTask(name)?.policy.document ?? nothing, 'identity') }];
}

function ofUser(
  state: IdentityState,
  user: UserDocument,
  cache: PolicyCache,
): Omit<ApplicablePolicies, 'resource'> {
  const own = ofHolder(state, user, cache);
  if (user.groups.length === 0) return own;
  const identity = [...own.identity];
  for (const id of user.groups) {
    const group = state.all('group').get(id);
    if (group !== undefined) identity.push(...identityPolicies(state, group, cache));
  }
  return { ...own, identity };
}

function ofHolder(
  state: IdentityState,
  holder: UserDocument | RoleDocument,
  cache: PolicyCache,
): Omit<ApplicablePolicies, 'resource'> {
  const identity = identityPolicies(state, holder, cache);
  const bound = holder.permissionsBoundary;
  if (bound === undefined) return { identity };
  // A boundary that cannot be found bounds to nothing.
  const text = managedPolicy(state, holder.account, bound)?.document ?? nothing;
  return { identity, boundary: { name: bound, policy: cache.compile(text, 'boundary') } };
}

function identityPolicies(
  state: IdentityState,
  holder: UserDocument | GroupDocument | RoleDocument,
  cache: PolicyCache,
): readonly NamedPolicy[] {
  return [
    ...inlinePolicies(holder, cache),
    ...managedPolicies(state, holder.account, holder.attachedPolicies, 'identity', cache),
  ];
}

function inlinePolicies(
  holder: UserDocument | GroupDocument | RoleDocument,
  cache: PolicyCache,
): readonly NamedPolicy[] {
  const kind = 'trustPolicy' in holder ? 'role' : 'groups' in holder ? 'user' : 'group';
  return Object.entries(holder.inlinePolicies).map(([name, text]) => ({
    name,
    holder: `${kind}_${holder.name}`,
    policy: cache.compile(text, 'identity'),
  }));
}

function managedPolicies(
  state: IdentityState,
  account: string,
  arns: readonly string[],
  kind: 'identity' | 'session',
  cache: PolicyCache,
): readonly NamedPolicy[] {
  return arns.flatMap((arn) => {
    const found = managedPolicy(state, account, arn);
    return found === undefined ? [] : [{ name: arn, policy: cache.compile(found.document, kind) }];
  });
}

/** The session policies, read anew at each request: a managed one that is gone allows nothing. */
function sessionPolicies(
  state: IdentityState,
  caller: Extract<Caller, { kind: 'assumed-role' | 'federated-user' }>,
  cache: PolicyCache,
): readonly NamedPolicy[] {
  const { policy, policyArns = [] } = caller.session;
  const inline =
    policy === undefined ? [] : [{ name: 'session policy', policy: cache.compile(policy, 'session') }];
  return [...inline, ...managedPolicies(state, caller.account.id, policyArns, 'session', cache)];
}
