/**
 * The policy language: reading and validating documents, compiling them, deciding requests, and saying why.
 * The one evaluator of the house: STS, IAM and every door ask it. It collects no policies and knows no store; the caller brings every policy
 * that applies. Pure, and free of Node, so that it also runs in a browser. Called by services, the pipeline and, as `brevet/policy`, other programs.
 */
export { type CompiledPolicy, type CompileOptions, compilePolicy } from './compile-policy.ts';
export type { ContextValue, RequestContext } from './context.ts';
export { contextKeysOf, distinctKeys } from './context-keys.ts';
export { denialMessage, unexplainedDenial } from './denial-message.ts';
export {
  type PolicyDocument,
  type PolicyKind,
  type PrincipalForm,
  type PrincipalMention,
  principalsOf,
  type Statement,
} from './document.ts';
export {
  type ApplicablePolicies,
  type Decision,
  evaluate,
  type NamedPolicy,
  type PolicyType,
  type StatementReference,
} from './evaluate.ts';
export {
  type ExplainedPolicy,
  type ExplainedStatement,
  type ExplainedStep,
  type Explanation,
  explain,
  type UnmetPart,
} from './explain.ts';
export { lintPolicy, type PolicyWarning, type PolicyWarningCode } from './lint.ts';
export { type ParseOptions, parsePolicy } from './parse-policy.ts';
export { PolicyError, type Position } from './policy-error.ts';
export type { PolicyRequest, PrincipalFacts } from './request.ts';
