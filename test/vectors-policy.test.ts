import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  type ApplicablePolicies,
  type CompiledPolicy,
  compilePolicy,
  type Decision,
  denialMessage,
  evaluate,
  type NamedPolicy,
  PolicyError,
  type PolicyKind,
  type PolicyRequest,
  type PrincipalFacts,
  parsePolicy,
} from '#core/policy';

/** A statement, whose Effect, Action and Resource may be left out; or several; or a whole document. */
type WrittenPolicy = Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];

interface DecisionCase {
  readonly name: string;
  readonly identity?: readonly WrittenPolicy[];
  readonly boundary?: WrittenPolicy;
  readonly session?: readonly WrittenPolicy[];
  readonly trust?: WrittenPolicy;
  readonly bucketPolicy?: WrittenPolicy;
  readonly scps?: readonly (readonly WrittenPolicy[])[];
  readonly rcps?: readonly (readonly WrittenPolicy[])[];
  /** Unique ids by principal, of the trust policy. */
  readonly ids?: Readonly<Record<string, string>>;
  /** A name of principals.json. */
  readonly principal?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly resourceAccount?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** `allow identity-0#1`: the effect, and the policy with its statement, or the kind of policy that is missing. */
  readonly decision: string;
  readonly message?: string;
}

interface ConditionCase {
  readonly name: string;
  readonly version?: string;
  readonly condition: object;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly holds: boolean;
}

interface SyntaxCase {
  readonly name: string;
  readonly kind?: PolicyKind;
  /** Read as a managed policy is, which may not have the old version. */
  readonly managed?: boolean;
  /** A part of a statement that is good otherwise, a whole document, or text as it arrives. */
  readonly statement?: Readonly<Record<string, unknown>>;
  readonly document?: unknown;
  readonly text?: string;
  /** Absent where the policy is good. */
  readonly error?: string;
  /** `line:column`, where the error points. */
  readonly at?: string;
}

const folder = new URL('./vectors/policy/', import.meta.url);
const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as T;
const principals = read<Readonly<Record<string, PrincipalFacts>>>('principals.json');

/** What a file holds: cases, and the page or section that says they are right. */
interface VectorFile<T> {
  readonly rule: string;
  readonly cases: readonly T[];
}

function casesOf<T extends { readonly name: string }>(area: string): readonly (readonly [string, T])[] {
  return readdirSync(new URL(`${area}/`, folder)).flatMap((file) => {
    const { rule, cases } = read<VectorFile<T>>(`${area}/${file}`);
    assert.match(rule, /User Guide, |RFC [0-9]+|IAM answers/, `${area}/${file} cites its rule`);
    return cases.map(
      (vector) => [`${area}/${file.slice(0, -'.json'.length)}: ${vector.name}`, vector] as const,
    );
  });
}

function compile(kind: PolicyKind, written: WrittenPolicy, ids?: DecisionCase['ids']): CompiledPolicy {
  const document =
    'Statement' in written ? written : { Version: '2012-10-17', Statement: fill(kind, written) };
  return compilePolicy(
    parsePolicy(JSON.stringify(document), kind),
    ids === undefined ? {} : { principalIds: new Map(Object.entries(ids)) },
  );
}

function fill(kind: PolicyKind, written: WrittenPolicy): readonly object[] {
  return [written].flat().map((statement) => ({
    Effect: 'Allow',
    ...('NotAction' in statement ? {} : { Action: kind === 'trust' ? 'sts:AssumeRole' : '*' }),
    ...('NotResource' in statement || kind === 'trust' ? {} : { Resource: '*' }),
    ...statement,
  }));
}

function named(kind: PolicyKind, name: string, policies: readonly WrittenPolicy[]): readonly NamedPolicy[] {
  return policies.map((written, index) => ({ name: `${name}-${index}`, policy: compile(kind, written) }));
}

function applicable(vector: DecisionCase): ApplicablePolicies {
  const { identity = [], boundary, session, trust, bucketPolicy, scps, rcps, ids } = vector;
  return {
    identity: named('identity', 'identity', identity),
    ...(boundary === undefined
      ? {}
      : { boundary: { name: 'boundary', policy: compile('boundary', boundary) } }),
    ...(session === undefined ? {} : { session: named('session', 'session', session) }),
    ...(trust === undefined
      ? {}
      : { resource: { kind: 'trust', name: 'trust', policy: compile('trust', trust, ids) } }),
    ...(bucketPolicy === undefined
      ? {}
      : { resource: { kind: 'resource', name: 'resource', policy: compile('resource', bucketPolicy) } }),
    ...(scps === undefined ? {} : { scps: scps.map((level, depth) => named('scp', `scp-${depth}`, level)) }),
    ...(rcps === undefined ? {} : { rcps: rcps.map((level, depth) => named('rcp', `rcp-${depth}`, level)) }),
  };
}

function requestOf(vector: DecisionCase): PolicyRequest {
  const principal = principals[vector.principal ?? 'alice'];
  assert.ok(principal !== undefined, 'the principal is in principals.json');
  const isTrust = vector.trust !== undefined;
  return {
    principal,
    action: vector.action ?? (isTrust ? 'sts:AssumeRole' : 's3:GetObject'),
    resource:
      vector.resource ?? (isTrust ? 'arn:aws:iam::111111111111:role/target' : 'arn:aws:s3:::bucket/key'),
    resourceAccount: vector.resourceAccount ?? '111111111111',
    context: new Map(Object.entries(vector.context ?? {}).map(([key, value]) => [key.toLowerCase(), value])),
  };
}

function describeDecision({ allowed, effect, decidedBy, policyName, statement }: Decision): string {
  assert.equal(allowed, effect === 'allow');
  if (statement === undefined) return `${effect} ${decidedBy}`;
  assert.equal(policyName?.split('-')[0], decidedBy);
  return `${effect} ${policyName}#${statement.index}`;
}

describe('decisions', () => {
  for (const area of ['decisions', 'patterns', 'variables', 'limits', 'trust']) {
    for (const [name, vector] of casesOf<DecisionCase>(area)) {
      test(name, () => {
        const request = requestOf(vector);
        const decision = evaluate(request, applicable(vector));
        assert.equal(describeDecision(decision), vector.decision);
        if (vector.message === undefined) return;
        const callerArn = 'arn' in request.principal ? request.principal.arn : '';
        const { action, resource } = request;
        assert.equal(denialMessage({ callerArn, action, resource, decision }), vector.message);
      });
    }
  }
});

describe('conditions', () => {
  for (const [name, { condition, context, holds, version = '2012-10-17' }] of casesOf<ConditionCase>(
    'conditions',
  )) {
    test(`${name} ${holds ? 'holds' : 'does not hold'}`, () => {
      const decide = (...effects: readonly string[]): string => {
        const [last, ...others] = effects.map((Effect) => ({ Effect, Action: '*', Resource: '*' }));
        const Statement = [...others, { ...last, Condition: condition }];
        const request = requestOf({ name, context, decision: '' });
        return evaluate(
          request,
          applicable({ name, identity: [{ Version: version, Statement }], decision: '' }),
        ).effect;
      };
      assert.equal(decide('Allow'), holds ? 'allow' : 'implicit-deny');
      assert.equal(decide('Deny', 'Allow'), holds ? 'explicit-deny' : 'allow');
    });
  }
});

describe('syntax', () => {
  for (const [name, vector] of casesOf<SyntaxCase>('syntax')) {
    test(name, () => {
      const { kind = 'identity', statement = {}, managed = false, error, at } = vector;
      const options = { currentVersionOnly: managed };
      const good =
        kind === 'trust'
          ? { Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' }
          : { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' };
      const merged = Object.entries({ ...good, ...statement }).filter(([, value]) => value !== null);
      const document = vector.document ?? { Version: '2012-10-17', Statement: Object.fromEntries(merged) };
      const text = vector.text ?? JSON.stringify(document);
      if (error === undefined) {
        assert.equal(parsePolicy(text, kind, options).kind, kind);
        return;
      }
      assert.throws(
        () => parsePolicy(text, kind, options),
        (thrown) => {
          assert.ok(thrown instanceof PolicyError);
          assert.equal(thrown.code, 'MalformedPolicyDocument');
          assert.equal(thrown.message, error);
          if (at !== undefined) assert.equal(`${thrown.position?.line}:${thrown.position?.column}`, at);
          return true;
        },
      );
    });
  }
});
