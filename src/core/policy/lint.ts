import type { PolicyDocument, Statement, Value } from './document.ts';
import { actionNames, resourceControlled, servicePrefixes } from './generated/services.ts';
import { compileGlob, matchGlob } from './glob.ts';
import { parseOperator } from './operators.ts';
import type { Position } from './policy-error.ts';
import { hasVariable, parseTemplate } from './template.ts';

export type PolicyWarningCode =
  | 'UnknownService'
  | 'UnknownAction'
  | 'OutOfReach'
  | 'RedundantAction'
  | 'VariableInOldVersion'
  | 'EmptySetMatches'
  | 'WildcardInSensitiveKey'
  | 'AllowExceptPrincipal'
  | 'PassAnyRole';

/** Something a policy may say and its writer probably did not mean. */
export interface PolicyWarning {
  readonly code: PolicyWarningCode;
  readonly message: string;
  readonly position: Position;
}

/** Keys that tell one account, organization or network from another: a wildcard in them lets strangers in. */
const sensitiveKeys: ReadonlySet<string> = new Set(
  [
    'PrincipalAccount',
    'PrincipalOrgID',
    'ResourceAccount',
    'ResourceOrgID',
    'SourceAccount',
    'SourceOrgID',
    'SourceVpc',
    'SourceVpce',
    'VpceAccount',
    'VpceOrgID',
  ].map((name) => `aws:${name.toLowerCase()}`),
);

/**
 * The warnings of a policy that is valid, in the order of its text (IAM User Guide, "IAM Access Analyzer policy check reference").
 * A policy with warnings may be stored and used: an unknown service, for one, may be newer than the table. Pure.
 */
export function lintPolicy(document: PolicyDocument): readonly PolicyWarning[] {
  return document.statements.flatMap((statement) => [
    ...lintPrincipal(statement),
    ...lintActions(statement, document),
    ...lintPassRole(statement),
    ...(document.version === '2008-10-17' ? lintVariables(statement) : []),
    ...lintConditions(statement),
  ]);
}

function lintPrincipal({ effect, principal }: Statement): readonly PolicyWarning[] {
  if (effect !== 'Allow' || principal?.negated !== true) return [];
  const message = 'Allow with NotPrincipal allows everybody else, strangers included.';
  return [{ code: 'AllowExceptPrincipal', message, position: principal.position }];
}

function lintActions({ action }: Statement, { kind }: PolicyDocument): readonly PolicyWarning[] {
  return action.values.flatMap((value, index) => {
    const covering = action.values.find((other, place) => covers(other, value, place < index));
    const redundant: readonly PolicyWarning[] =
      covering === undefined
        ? []
        : [
            {
              code: 'RedundantAction',
              message: `${value.text} adds nothing to ${covering.text}.`,
              position: value.position,
            },
          ];
    return [...lintAction(value, kind === 'rcp'), ...redundant];
  });
}

function lintAction({ text, position }: Value, isResourceControl: boolean): readonly PolicyWarning[] {
  if (text === '*') return [];
  const [service = '', name = ''] = text.split(':');
  const prefix = service.toLowerCase();
  if (!servicePrefixes.has(prefix))
    return [{ code: 'UnknownService', message: `There is no service ${service}.`, position }];
  if (isResourceControl && !resourceControlled.has(prefix)) {
    return [{ code: 'OutOfReach', message: `Resource control policies do not reach ${service}.`, position }];
  }
  const known = actionNames[prefix];
  const glob = compileAction(name);
  if (known === undefined || [...known].some((one) => matchGlob(glob, one.toLowerCase()))) return [];
  return [{ code: 'UnknownAction', message: `${service} has no action ${name}.`, position }];
}

function compileAction(text: string): ReturnType<typeof compileGlob> {
  return compileGlob(parseTemplate(text.toLowerCase(), { wildcards: true, variables: false }));
}

/** Whether every action that `narrow` stands for is one of `wide`'s. Of two that are equal only the later is redundant, and nothing is so beside itself. */
function covers(wide: Value, narrow: Value, wideIsFirst: boolean): boolean {
  const isEqual = wide.text.toLowerCase() === narrow.text.toLowerCase();
  // A `?` would take the `*` of the other for one character.
  if (isEqual || wide.text.includes('?')) return isEqual && wideIsFirst;
  return matchGlob(compileAction(wide.text), narrow.text.toLowerCase());
}

function lintPassRole({ effect, action, resource, conditions }: Statement): readonly PolicyWarning[] {
  if (effect !== 'Allow' || action.negated || resource?.negated !== false || conditions.length > 0) return [];
  const star = resource.values.find(({ text }) => text === '*');
  if (star === undefined || !action.values.some(({ text }) => text.toLowerCase() === 'iam:passrole'))
    return [];
  const message = 'iam:PassRole on every resource passes any role to any service.';
  return [{ code: 'PassAnyRole', message, position: star.position }];
}

function lintVariables({ resource, conditions }: Statement): readonly PolicyWarning[] {
  return [...(resource?.values ?? []), ...conditions.flatMap(({ values }) => values)]
    .filter(({ text }) => hasVariable(parseTemplate(text, { wildcards: false, variables: true })))
    .map(({ text, position }) => ({
      code: 'VariableInOldVersion',
      message: `${text} is taken literally: variables need version 2012-10-17.`,
      position,
    }));
}

function lintConditions({ effect, conditions }: Statement): readonly PolicyWarning[] {
  const demanded = new Set(
    conditions
      .filter(
        ({ operator, values }) =>
          operator.toLowerCase() === 'null' && values.every(({ text }) => text.toLowerCase() === 'false'),
      )
      .map(({ key }) => key.toLowerCase()),
  );
  return conditions.flatMap(({ operator, key, values, position }) => {
    const parsed = parseOperator(operator);
    const warnings: PolicyWarning[] = [];
    if (effect === 'Allow' && parsed?.set === 'all' && !demanded.has(key.toLowerCase())) {
      warnings.push({
        code: 'EmptySetMatches',
        message: `${operator} holds for a request without ${key}: add "Null": {"${key}": "false"}.`,
        position,
      });
    }
    if (parsed?.family === 'string' && parsed.comparison === 'like' && sensitiveKeys.has(key.toLowerCase())) {
      for (const value of values) {
        if (!/[*?]/.test(value.text)) continue;
        warnings.push({
          code: 'WildcardInSensitiveKey',
          message: `${value.text} for ${key} may match strangers: write the whole value.`,
          position: value.position,
        });
      }
    }
    return warnings;
  });
}
