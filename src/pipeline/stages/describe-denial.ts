import {
  type ApplicablePolicies,
  type Decision,
  type ExplainedStatement,
  explain,
  type PolicyRequest,
  type PolicyType,
} from '#core/policy';
import { type Caller, callerArn, callerUserId, type Question } from '#services/operation';

/** One refusal: who asked what, which policies were asked, and how they decided. */
export interface Denial {
  readonly caller: Caller;
  readonly question: Question;
  readonly request: PolicyRequest;
  readonly policies: ApplicablePolicies;
  readonly decision: Decision;
}

/** A statement about the action, and the policy it stands in. */
interface Found extends ExplainedStatement {
  readonly policy: string;
}

/** The longest text that, sealed, fits into the 10240 characters that DecodeAuthorizationMessage takes. */
const maxBytes = 7500;

const typesOfResource: ReadonlySet<PolicyType | 'root'> = new Set(['trust', 'resource', 'rcp']);
const typesOfOrganization: ReadonlySet<PolicyType | 'root'> = new Set(['scp', 'rcp']);

/**
 * The JSON that DecodeAuthorizationMessage answers with (AWS STS API Reference, DecodeAuthorizationMessage): AWS's members, and in
 * `failures` the type of policy that decided with the statements that came near.
 * INVARIANT: nothing of another account's policies is in it. Trust and resource policies are quoted only when the caller's own account owns
 * the resource; those of an organization, which its management account writes, never.
 */
export function describeDenial(denial: Denial): string {
  const { caller, question, request, decision } = denial;
  const ownResource = (question.resourceAccount ?? caller.account.id) === caller.account.id;
  const isForeign = !ownResource && typesOfResource.has(decision.decidedBy);
  // A role that is not there has no trust policy to quote, only one that stands in for it.
  const isMade = decision.decidedBy === 'trust' && question.trust?.role === undefined;
  const isQuotable = !isForeign && !isMade && !typesOfOrganization.has(decision.decidedBy);
  const found = isQuotable ? statementsOf(denial) : [];
  const matched = found.filter((one) => one.matched).map((one) => describeMatch(one, denial));
  const near = found.filter((one) => !one.matched).map(describeNearMiss);
  const keys = [...request.context]
    .filter(([key]) => ownResource || !/^(aws:resource(tag\/|org)|iam:resourcetag\/)/.test(key))
    .map(([key, value]) => ({ key, values: items(valuesOf(value)) }));
  const message = (matches: number, misses: number, conditions: number): string =>
    JSON.stringify({
      allowed: false,
      explicitDeny: decision.effect === 'explicit-deny' && !isForeign,
      matchedStatements: { items: matched.slice(0, matches) },
      failures: {
        items: isForeign
          ? []
          : [
              {
                policyType: decision.decidedBy,
                effect: decision.effect,
                nearMisses: { items: near.slice(0, misses) },
              },
            ],
      },
      context: {
        principal: { id: callerUserId(caller), name: callerName(caller), arn: callerArn(caller) },
        action: question.action,
        resource: question.resource,
        conditions: { items: keys.slice(0, conditions) },
      },
    });
  return fit(message, matched.length, near.length, keys.length);
}

/** The statements about the action in the kind of policy that decided; the explicit deny alone where there is one. */
function statementsOf({ request, policies, decision }: Denial): readonly Found[] {
  const found = explain(request, policies)
    .steps.filter(({ type }) => type === decision.decidedBy)
    .flatMap((step) =>
      step.policies.flatMap(({ name, statements }) => statements.map((one) => ({ ...one, policy: name }))),
    );
  return decision.effect === 'explicit-deny'
    ? found.filter(({ matched, statement }) => matched && statement.effect === 'Deny')
    : found.filter(({ statement }) => statement.effect === 'Allow');
}

function describeMatch({ statement }: Found, { caller }: Denial): object {
  const { sid, effect, principal, action, resource, conditions } = statement;
  return {
    statementId: sid ?? '',
    effect: effect.toUpperCase(),
    principals: items(principal?.values.map(({ value }) => value) ?? [callerUserId(caller)]),
    actions: items(action.values.map(({ text }) => text)),
    resources: items(resource?.values.map(({ text }) => text) ?? []),
    conditions: {
      items: conditions.map(({ key, values }) => ({ key, values: items(values.map(({ text }) => text)) })),
    },
  };
}

function describeNearMiss({ policy, statement, unmet }: Found): object {
  return {
    policy,
    statementId: statement.sid ?? '',
    ...statement.position,
    unmet: {
      items: unmet.map(({ wanted, saw, position, ...part }) => ({
        ...part,
        ...position,
        wanted: items(wanted),
        ...(saw === undefined ? {} : { saw: items(valuesOf(saw)) }),
      })),
    },
  };
}

/** Shortens a message that is too long to be sealed: first by what came near, then by condition keys, then by what matched. */
function fit(
  message: (matches: number, misses: number, conditions: number) => string,
  matches: number,
  misses: number,
  conditions: number,
): string {
  const tries = [
    [matches, misses, conditions],
    ...countDown(misses).map((some) => [matches, some, conditions]),
    ...countDown(conditions).map((some) => [matches, 0, some]),
    ...countDown(matches).map((some) => [some, 0, 0]),
  ];
  for (const [some = 0, near = 0, keys = 0] of tries) {
    const text = message(some, near, keys);
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  return message(0, 0, 0);
}

/** Half as many again and again, to none: a message of a thousand parts is written ten times, not a thousand. */
function countDown(count: number): readonly number[] {
  return count === 0 ? [] : [count >> 1, ...countDown(count >> 1)];
}

function callerName(caller: Caller): string {
  switch (caller.kind) {
    case 'root':
      return caller.account.name;
    case 'user':
      return caller.user.name;
    case 'assumed-role':
      return caller.role.name;
    case 'federated-user':
      return caller.session.sessionName ?? '';
  }
}

function valuesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function items(values: readonly string[]): object {
  return { items: values.map((value) => ({ value })) };
}
