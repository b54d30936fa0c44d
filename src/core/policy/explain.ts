import {
  type CompiledStatement,
  matchAction,
  matchResource,
  type PreparedRequest,
  prepareRequest,
} from './compile-policy.ts';
import { matchCondition } from './condition.ts';
import {
  type ApplicablePolicies,
  type Decision,
  listPolicies,
  refer,
  type StatementReference,
} from './evaluate.ts';
import { matchPrincipal } from './principal.ts';
import type { PolicyRequest } from './request.ts';

/** A part of a statement that the request did not meet. A condition is named as the policy writes it. */
export type UnmetPart =
  | { readonly element: 'Principal' | 'NotPrincipal' | 'Resource' | 'NotResource' }
  | { readonly element: 'Condition'; readonly operator: string; readonly key: string };

/** A statement that would have allowed the action, and what kept it from doing so. */
export interface NearMiss {
  readonly policyName: string;
  readonly statement: StatementReference;
  readonly unmet: readonly UnmetPart[];
}

/**
 * The Allow statements that came near, in order, where nothing allowed: those for the action in the kind of policy that the decision
 * names. Empty for any other decision, and where no statement is about the action. Pure.
 * It quotes the policies it is given: the caller shows nobody what stands in a policy of another account.
 */
export function explain(
  request: PolicyRequest,
  policies: ApplicablePolicies,
  decision: Decision,
): readonly NearMiss[] {
  if (decision.effect !== 'implicit-deny') return [];
  const prepared = prepareRequest(request);
  return listPolicies(policies)
    .filter(([type]) => type === decision.decidedBy)
    .flatMap(([, list]) => nearMisses(list, prepared));
}

/** Of one list, in which any statement that allows is enough: then none of the others was missed. */
function nearMisses(
  list: ReturnType<typeof listPolicies>[number][1],
  request: PreparedRequest,
): readonly NearMiss[] {
  const misses = list.flatMap(({ policy, name }) =>
    policy.statements
      .filter((compiled) => !compiled.denies && matchAction(compiled, request))
      .map((compiled) => ({
        policyName: name,
        statement: refer(compiled),
        unmet: unmetParts(compiled, request),
      })),
  );
  return misses.every(({ unmet }) => unmet.length > 0) ? misses : [];
}

function unmetParts(compiled: CompiledStatement, request: PreparedRequest): readonly UnmetPart[] {
  const { statement, principal, conditions } = compiled;
  const unmet: UnmetPart[] = [];
  if (principal !== undefined && matchPrincipal(principal, request.principal) === 'none')
    unmet.push({ element: principal.element.negated ? 'NotPrincipal' : 'Principal' });
  if (!matchResource(compiled, request))
    unmet.push({ element: statement.resource?.negated === true ? 'NotResource' : 'Resource' });
  for (const condition of conditions) {
    const { operator, key } = condition.condition;
    if (!matchCondition(condition, request.context)) unmet.push({ element: 'Condition', operator, key });
  }
  return unmet;
}
