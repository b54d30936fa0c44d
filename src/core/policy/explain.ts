import {
  type CompiledStatement,
  matchAction,
  matchResource,
  type PreparedRequest,
  prepareRequest,
} from './compile-policy.ts';
import { matchCondition } from './condition.ts';
import type { ContextValue } from './context.ts';
import { distinctKeys, keysOfStatement } from './context-keys.ts';
import type { Element, PrincipalMention, Statement, Value } from './document.ts';
import {
  type ApplicablePolicies,
  type Decision,
  evaluate,
  listPolicies,
  type NamedPolicy,
  type PolicyType,
} from './evaluate.ts';
import type { Position } from './policy-error.ts';
import { matchPrincipal, type Reach, strongerReach } from './principal.ts';
import type { PolicyRequest, PrincipalFacts } from './request.ts';

/** A part of a statement that the request did not meet: what it asks for, as the policy writes it, and what it saw instead. */
export interface UnmetPart {
  readonly element: 'Principal' | 'NotPrincipal' | 'Resource' | 'NotResource' | 'Condition';
  /** Of a condition: its operator and key as the policy writes them. */
  readonly operator?: string;
  readonly key?: string;
  readonly wanted: readonly string[];
  /** Absent where a condition's key has no value in the request. */
  readonly saw?: ContextValue;
  readonly position: Position;
}

/** A statement about the action, and what kept it from applying: nothing where it matched. */
export interface ExplainedStatement {
  readonly statement: Statement;
  readonly matched: boolean;
  readonly unmet: readonly UnmetPart[];
}

export interface ExplainedPolicy extends Pick<NamedPolicy, 'name' | 'holder'> {
  /** The statements about the action, matched or nearly so, in the order of the text. */
  readonly statements: readonly ExplainedStatement[];
  /** How many statements are about other actions. */
  readonly others: number;
}

/** One list of policies that were asked: those of one type, or of one level of an organization. */
export interface ExplainedStep {
  readonly type: PolicyType;
  /** Of organization policies: 0 for the root of the organization, then one more for each unit down to the account. */
  readonly level?: number;
  /** `delegates` where a resource policy names only the account of the principal, whose own policies then decide. */
  readonly outcome: 'denies' | 'allows' | 'delegates' | 'silent';
  readonly policies: readonly ExplainedPolicy[];
  /** The condition keys, as written, that statements about the action ask for and the request has no value for. */
  readonly missingKeys: readonly string[];
}

/** A decision with everything it rests on: each list of policies that was asked, in order. */
export interface Explanation {
  readonly decision: Decision;
  readonly steps: readonly ExplainedStep[];
}

/**
 * Decides a request as `evaluate` does and says why. Pure; costs several times what the decision costs.
 * It quotes the policies it is given: the caller shows nobody what stands in a policy of another account.
 */
export function explain(request: PolicyRequest, policies: ApplicablePolicies): Explanation {
  const prepared = prepareRequest(request);
  const levels = new Map<PolicyType, number>();
  return {
    decision: evaluate(request, policies),
    steps: listPolicies(policies).map(([type, list]) => {
      const step = explainList(type, list, prepared);
      if (type !== 'scp' && type !== 'rcp') return step;
      const level = levels.get(type) ?? 0;
      levels.set(type, level + 1);
      return { ...step, level };
    }),
  };
}

function missingKeys(list: readonly NamedPolicy[], request: PreparedRequest): readonly string[] {
  const keys = list.flatMap(({ policy }) =>
    policy.statements
      .filter((compiled) => matchAction(compiled, request))
      .flatMap(({ statement }) => keysOfStatement(statement, policy.document.version)),
  );
  return distinctKeys(keys).filter((key) => !request.context.has(key.toLowerCase()));
}

function explainList(
  type: PolicyType,
  list: readonly NamedPolicy[],
  request: PreparedRequest,
): ExplainedStep {
  let denies = false;
  let reach: Reach = 'none';
  const policies = list.map(({ policy, ...named }) => {
    const about = policy.statements.filter((compiled) => matchAction(compiled, request));
    const statements = about.map((compiled) => {
      const unmet = unmetParts(compiled, request);
      const matched = unmet.length === 0;
      if (matched && compiled.denies) denies = true;
      if (matched && !compiled.denies) reach = strongerReach(reach, reachOf(compiled, request));
      return { statement: compiled.statement, matched, unmet };
    });
    return { ...named, statements, others: policy.statements.length - about.length };
  });
  const outcome = denies ? 'denies' : outcomeOf(reach);
  return { type, outcome, policies, missingKeys: missingKeys(list, request) };
}

function outcomeOf(reach: Reach): ExplainedStep['outcome'] {
  switch (reach) {
    case 'none':
      return 'silent';
    case 'account':
      return 'delegates';
    case 'limited':
    case 'direct':
      return 'allows';
  }
}

function reachOf({ principal }: CompiledStatement, request: PreparedRequest): Reach {
  return principal === undefined ? 'direct' : matchPrincipal(principal, request.principal);
}

function unmetParts(compiled: CompiledStatement, request: PreparedRequest): readonly UnmetPart[] {
  const { statement, principal, conditions } = compiled;
  const unmet: UnmetPart[] = [];
  if (principal !== undefined && matchPrincipal(principal, request.principal) === 'none') {
    unmet.push({
      ...describeElement('Principal', principal.element, ({ form, value }: PrincipalMention) =>
        form === 'AWS' ? value : `${form}: ${value}`,
      ),
      saw: describePrincipal(request.principal),
    });
  }
  if (statement.resource !== undefined && !matchResource(compiled, request)) {
    unmet.push({
      ...describeElement('Resource', statement.resource, ({ text }: Value) => text),
      saw: request.resource,
    });
  }
  for (const condition of conditions) {
    if (matchCondition(condition, request.context)) continue;
    const { operator, key, values, position } = condition.condition;
    const saw = request.context.get(condition.key);
    unmet.push({
      element: 'Condition',
      operator,
      key,
      wanted: values.map(({ text }) => text),
      ...(saw === undefined ? {} : { saw }),
      position,
    });
  }
  return unmet;
}

function describeElement<T>(
  name: 'Principal' | 'Resource',
  { negated, values, position }: Element<T>,
  text: (value: T) => string,
): Pick<UnmetPart, 'element' | 'wanted' | 'position'> {
  return { element: negated ? `Not${name}` : name, wanted: values.map(text), position };
}

function describePrincipal(principal: PrincipalFacts): string {
  switch (principal.type) {
    case 'service':
      return `Service: ${principal.service}`;
    case 'federated':
      return `Federated: ${principal.provider}`;
    case 'anonymous':
      return 'anonymous';
    default:
      return principal.arn;
  }
}
