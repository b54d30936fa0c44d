import { type ArnPattern, compileArnPattern, matchArn, splitArn } from './arn-pattern.ts';
import { type CompiledCondition, compileCondition, matchCondition } from './condition.ts';
import type { RequestContext } from './context.ts';
import type { PolicyDocument, Statement, Value } from './document.ts';
import { compileGlob, type Glob, matchGlob } from './glob.ts';
import { type CompiledPrincipal, compilePrincipal, matchPrincipal, type Reach } from './principal.ts';
import type { PolicyRequest, PrincipalFacts } from './request.ts';
import { parseTemplate } from './template.ts';

/** A statement made ready to match. */
export interface CompiledStatement {
  readonly statement: Statement;
  readonly denies: boolean;
  readonly principal: CompiledPrincipal | undefined;
  readonly actions: readonly Glob[];
  readonly resources: readonly (ArnPattern | 'everything')[];
  readonly conditions: readonly CompiledCondition[];
}

/** A policy made ready to match: compiled once, asked many times. */
export interface CompiledPolicy {
  readonly document: PolicyDocument;
  readonly statements: readonly CompiledStatement[];
}

export interface CompileOptions {
  /**
   * Unique ids by principal ARN as the policy writes it. When given, an IAM user, role or role session that is named by ARN matches by its
   * id alone, and one that is not in the map matches nobody.
   */
  readonly principalIds?: ReadonlyMap<string, string>;
}

/** The sixth part of an ARN, where variables begin to be allowed in a Resource. */
const resourcePart = 5;

/** Makes a parsed policy ready to answer questions. */
export function compilePolicy(document: PolicyDocument, options: CompileOptions = {}): CompiledPolicy {
  return {
    document,
    statements: document.statements.map((statement) => compileStatement(statement, document, options)),
  };
}

function compileStatement(
  statement: Statement,
  document: PolicyDocument,
  options: CompileOptions,
): CompiledStatement {
  const variables = document.version === '2012-10-17';
  return {
    statement,
    denies: statement.effect === 'Deny',
    // The `*` of a resource control policy is really everybody, services and federated identities included.
    principal:
      statement.principal === undefined || document.kind === 'rcp'
        ? undefined
        : compilePrincipal(statement.principal, statement.effect === 'Deny', options.principalIds),
    actions: statement.action.values.map(compileAction),
    resources: (statement.resource?.values ?? []).map(({ text }) =>
      text === '*' ? 'everything' : compileArnPattern(text, { variables, from: resourcePart }),
    ),
    conditions: statement.conditions.map((condition) => compileCondition(condition, document.version)),
  };
}

function compileAction({ text }: Value): Glob {
  return compileGlob(parseTemplate(text.toLowerCase(), { wildcards: true, variables: false }));
}

/** The parts of a request that every statement looks at, prepared once. */
export interface PreparedRequest {
  readonly principal: PrincipalFacts;
  readonly action: string;
  readonly resource: string;
  readonly arn: readonly string[];
  readonly context: RequestContext;
}

export function prepareRequest({ principal, action, resource, context }: PolicyRequest): PreparedRequest {
  return { principal, action: action.toLowerCase(), resource, arn: splitArn(resource), context };
}

// Loops, as a function made for each statement would be most of what a decision leaves to the garbage collector.

export function matchAction({ statement, actions }: CompiledStatement, request: PreparedRequest): boolean {
  return matchOneOf(actions, request.action) !== statement.action.negated;
}

function matchOneOf(actions: readonly Glob[], action: string): boolean {
  for (const glob of actions) if (matchGlob(glob, action)) return true;
  return false;
}

/** A statement without Resource, as in trust policies, is about the resource it is attached to. */
export function matchResource(
  { statement, resources }: CompiledStatement,
  request: PreparedRequest,
): boolean {
  if (statement.resource === undefined) return true;
  return matchPatterns(resources, request) !== statement.resource.negated;
}

function matchPatterns(
  resources: CompiledStatement['resources'],
  { arn, context }: PreparedRequest,
): boolean {
  for (const pattern of resources)
    if (pattern === 'everything' || matchArn(pattern, arn, context)) return true;
  return false;
}

export function matchConditions({ conditions }: CompiledStatement, context: RequestContext): boolean {
  for (const condition of conditions) if (!matchCondition(condition, context)) return false;
  return true;
}

/** How the statement applies to the request: not at all, or how far it reaches its principal. Statements without Principal apply directly. */
export function matchStatement(compiled: CompiledStatement, request: PreparedRequest): Reach {
  if (!matchAction(compiled, request) || !matchResource(compiled, request)) return 'none';
  const reach =
    compiled.principal === undefined ? 'direct' : matchPrincipal(compiled.principal, request.principal);
  return reach !== 'none' && matchConditions(compiled, request.context) ? reach : 'none';
}
