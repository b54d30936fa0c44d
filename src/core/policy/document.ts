import type { Position } from './policy-error.ts';

export type PolicyKind = 'identity' | 'trust' | 'session' | 'boundary' | 'resource' | 'scp' | 'rcp';
export type PolicyVersionName = '2008-10-17' | '2012-10-17';

/** A string of a policy and where it stands. Numbers and booleans among condition values are here as text. */
export interface Value {
  readonly text: string;
  readonly position: Position;
}

export type PrincipalForm = 'AWS' | 'Federated' | 'Service' | 'CanonicalUser';

/** One principal that a policy names. A bare `"*"` is form AWS with value `*`. */
export interface PrincipalMention {
  readonly form: PrincipalForm;
  readonly value: string;
  readonly position: Position;
}

/** One key of one operator of a Condition element. */
export interface Condition {
  /** As written, for instance `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly Value[];
  readonly position: Position;
}

/** An element and its opposite: `Action` or `NotAction`. */
export interface Element<T> {
  readonly negated: boolean;
  readonly values: readonly T[];
  readonly position: Position;
}

export interface Statement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principal: Element<PrincipalMention> | undefined;
  readonly action: Element<Value>;
  /** Absent in trust policies. */
  readonly resource: Element<Value> | undefined;
  readonly conditions: readonly Condition[];
  /** Of its opening brace. */
  readonly position: Position;
  /** Just behind its closing brace. */
  readonly end: Position;
  /** Where what belongs to it begins: behind the statement before it, or behind the bracket or brace that opens it. */
  readonly start: Position;
}

/** A policy, read and validated for its kind. */
export interface PolicyDocument {
  readonly kind: PolicyKind;
  /** As it was written. */
  readonly text: string;
  readonly version: PolicyVersionName;
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
}

/** Every principal a policy names, in order. */
export function principalsOf(document: PolicyDocument): readonly PrincipalMention[] {
  return document.statements.flatMap((statement) => statement.principal?.values ?? []);
}
