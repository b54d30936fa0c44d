import fc from 'fast-check';
import {
  type ApplicablePolicies,
  compilePolicy,
  evaluate,
  type NamedPolicy,
  type PolicyKind,
  type PolicyRequest,
  parsePolicy,
} from '#core/policy';
import {
  type NaivePolicies,
  type NaivePolicy,
  type NaiveRequest,
  type NaiveStatement,
  naiveEvaluate,
  usernameVariable,
} from './naive-evaluator.ts';

/** Generated policies and requests, from few words, so that they meet often; and the comparison of the two evaluators over them. */

export const near = '111111111111';
const far = '222222222222';
export const userArn = `arn:aws:iam::${near}:user/alice`;
const roleArn = `arn:aws:iam::${near}:role/worker`;
const sessionArn = `arn:aws:sts::${near}:assumed-role/worker/one`;

// Few words, so that patterns and requests meet often.
const action = fc.constantFrom('s3:GetObject', 'S3:putobject', 's3:Get', 'sts:AssumeRole', 'sts:TagSession');
const actionPattern = fc.oneof(
  action,
  fc.constantFrom('*', 's3:*', 's3:Get*', 's3:?et*', 'sts:*Role', 'sts:*s*'),
);
const resource = fc.constantFrom(
  'arn:aws:s3:::b/k',
  'arn:aws:s3:::b/alice',
  'arn:aws:s3:::b/*',
  'arn:aws:sns:r:1:k',
  'arn:aws:sns:r:1:k:k',
  '*',
);
const resourcePattern = fc.oneof(
  resource,
  fc.constantFrom(
    '*',
    'arn:aws:s3:::b/*',
    'arn:aws:s3:::?/k',
    'arn:aws:sns:*:*:k',
    'arn:*:s3:::*',
    `arn:aws:s3:::b/${usernameVariable}`,
    `arn:aws:s3:::*${usernameVariable}*`,
  ),
);
const word = fc.constantFrom(
  'alice',
  'bob',
  'a',
  '*',
  '',
  'true',
  '5',
  usernameVariable,
  'al*',
  '?ob',
  userArn,
  roleArn,
);
const key = fc.constantFrom('aws:username', 'aws:tagkeys', 'aws:principalarn', 'x:size');

const operatorName = fc
  .tuple(
    fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom(
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringNotLike',
      'ArnLike',
      'ArnNotLike',
    ),
    fc.constantFrom('', 'IfExists'),
  )
  .map((parts) => parts.join(''));

const condition = fc.oneof(
  fc.tuple(operatorName, key, fc.array(word, { minLength: 1, maxLength: 3 })),
  fc.tuple(fc.constant('Null'), key, fc.constantFrom(['true'], ['false'])),
  fc.tuple(fc.constantFrom('Bool', 'BoolIfExists'), key, fc.constantFrom(['true'], ['false'])),
  fc.tuple(
    fc.constantFrom('NumericLessThan', 'NumericLessThanIfExists'),
    fc.constant('x:size'),
    fc.constantFrom(['5'], ['6', '7']),
  ),
);

const conditions = fc
  .array(condition, { maxLength: 2 })
  .map((list) => Object.fromEntries(list.map(([operator, name, values]) => [operator, { [name]: values }])));

const principal = fc.oneof(
  fc.constant('*' as const),
  fc.record({
    AWS: fc.uniqueArray(fc.constantFrom('*', near, far, userArn, roleArn, sessionArn), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
);

export function statement(kind: PolicyKind): fc.Arbitrary<NaiveStatement> {
  const patterns = <T extends string>(name: T, not: T, of: fc.Arbitrary<string>) =>
    fc
      .tuple(fc.constantFrom(name, name, not), fc.array(of, { minLength: 1, maxLength: 3 }))
      .map(([element, values]) => ({ [element]: values }));
  const stsPattern = fc.constantFrom('sts:*', 'sts:AssumeRole', 'sts:?agSession', '*');
  return fc
    .tuple(
      fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Allow', 'Deny'),
      patterns('Action', 'NotAction', kind === 'trust' ? stsPattern : actionPattern),
      kind === 'trust' ? fc.constant({}) : patterns('Resource', 'NotResource', resourcePattern),
      kind === 'trust' || kind === 'resource' ? fc.record({ Principal: principal }) : fc.constant({}),
      fc.oneof(
        { weight: 2, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: conditions.map((Condition) => ({ Condition })) },
      ),
    )
    .map(([Effect, actions, resources, principals, more]) => ({
      Effect,
      ...actions,
      ...resources,
      ...principals,
      ...more,
    }));
}

export const policy = (kind: PolicyKind): fc.Arbitrary<NaivePolicy> =>
  fc.array(statement(kind), { minLength: 1, maxLength: 3 });

export const policies: fc.Arbitrary<NaivePolicies> = fc
  .constantFrom<'trust' | 'resource'>('trust', 'resource')
  .chain((resourceKind) =>
    fc.record(
      {
        identity: fc.array(policy('identity'), { maxLength: 2 }),
        boundary: policy('boundary'),
        session: fc.array(policy('session'), { maxLength: 2 }),
        resource: policy(resourceKind),
        resourceKind: fc.constant(resourceKind),
        scps: fc.oneof(
          fc.constant([]),
          fc.array(fc.array(policy('scp'), { maxLength: 2 }), { maxLength: 2 }),
        ),
      },
      { requiredKeys: ['identity', 'resourceKind', 'scps'] },
    ),
  );

export const request: fc.Arbitrary<NaiveRequest> = fc.record({
  principal: fc.constantFrom<NaiveRequest['principal']>(
    { type: 'user', account: near, arn: userArn, id: 'AIDAALICEALICEALICEA' },
    {
      type: 'role-session',
      account: near,
      arn: sessionArn,
      roleArn,
      id: 'AROAWORKERWORKERWORK',
      sessionName: 'one',
    },
    { type: 'root', account: near, arn: `arn:aws:iam::${near}:root`, id: near },
  ),
  action,
  resource,
  resourceAccount: fc.constantFrom(near, near, far),
  context: fc.record(
    {
      'aws:username': fc.oneof(fc.constantFrom('alice', '*', 'bob'), fc.constant(['alice'])),
      'aws:tagkeys': fc.array(fc.constantFrom('alice', 'bob', 'a', 'true'), { maxLength: 3 }),
      'aws:principalarn': fc.constantFrom(userArn, roleArn, 'alice'),
      'x:size': fc.constantFrom('4', '5', '6', 'true'),
    },
    { requiredKeys: [] },
  ),
});

export function compile(kind: PolicyKind, name: string, written: NaivePolicy): NamedPolicy {
  return {
    name,
    policy: compilePolicy(parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: written }), kind)),
  };
}

export function applicable({
  identity,
  boundary,
  session,
  resource: own,
  resourceKind,
  scps,
}: NaivePolicies): ApplicablePolicies {
  return {
    identity: identity.map((written) => compile('identity', 'identity', written)),
    ...(boundary === undefined ? {} : { boundary: compile('boundary', 'boundary', boundary) }),
    ...(session === undefined
      ? {}
      : { session: session.map((written) => compile('session', 'session', written)) }),
    ...(own === undefined
      ? {}
      : { resource: { ...compile(resourceKind, 'resource', own), kind: resourceKind } }),
    scps: scps.map((level) => level.map((written) => compile('scp', 'scp', written))),
  };
}

/** A request as the compiled evaluator takes it. */
export function asRequest(asked: NaiveRequest): PolicyRequest {
  return { ...asked, context: new Map(Object.entries(asked.context)) };
}

/** Requests asked of each set of policies: generating and compiling costs more than deciding. */
const requestsEach = 40;
const requestPool = 2000;

/**
 * Decides at least that many cases with both evaluators. Throws the smallest case it finds in which they disagree.
 * Returns how often each answer was given, as `allow identity`.
 */
export function compareEvaluators(cases: number, seed: number): ReadonlyMap<string, number> {
  const pool = fc.sample(request, { numRuns: requestPool, seed });
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(policies, fc.nat(requestPool - 1), (written, start) => {
      const compiled = applicable(written);
      for (let index = 0; index < requestsEach; index++) {
        const asked = pool[(start + index) % requestPool];
        if (asked === undefined) continue;
        const expected = naiveEvaluate(asked, written);
        const { effect, decidedBy, allowed } = evaluate(asRequest(asked), compiled);
        if (
          effect !== expected.effect ||
          decidedBy !== expected.decidedBy ||
          allowed !== (effect === 'allow')
        ) {
          throw new Error(
            `${JSON.stringify(asked)}: ${effect} ${decidedBy}, not ${expected.effect} ${expected.decidedBy}`,
          );
        }
        const answer = `${effect} ${decidedBy}`;
        seen.set(answer, (seen.get(answer) ?? 0) + 1);
      }
    }),
    { numRuns: Math.ceil(cases / requestsEach), seed },
  );
  return seen;
}
