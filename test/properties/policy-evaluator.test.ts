import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { evaluate, explain } from '#core/policy';
import {
  type NaivePolicies,
  type NaivePolicy,
  type NaiveRequest,
  type NaiveStatement,
  naiveLike,
} from './naive-evaluator.ts';
import {
  applicable,
  asRequest,
  compareEvaluators,
  compile,
  near,
  policies,
  policy,
  request,
  statement,
  userArn,
} from './policy-cases.ts';

const runs = 1000;

function decide(asked: NaiveRequest, written: NaivePolicies) {
  return evaluate(asRequest(asked), applicable(written));
}

describe('the compiled evaluator', () => {
  // A longer run: node scripts/compare-evaluators.ts 10000000
  test('decides 100,000 cases as the naive one does, for the same kind of policy', () => {
    const seen = compareEvaluators(100_000, 20261124);
    // Two evaluators that always deny would agree, too.
    for (const type of ['identity', 'boundary', 'session', 'resource', 'trust', 'scp'])
      for (const effect of ['implicit-deny', 'explicit-deny'])
        assert.ok((seen.get(`${effect} ${type}`) ?? 0) > 100, `${effect} ${type}`);
    for (const type of ['identity', 'resource', 'trust', 'root'])
      assert.ok((seen.get(`allow ${type}`) ?? 0) > 100, `allow ${type}`);
  });

  test('a further deny, in any kind of policy, never allows what was refused', () => {
    const places = fc.constantFrom<'identity' | 'boundary' | 'session' | 'resource' | 'scps'>(
      'identity',
      'boundary',
      'session',
      'resource',
      'scps',
    );
    let denied = 0;
    fc.assert(
      fc.property(request, policies, statement('resource'), places, (asked, written, more, place) => {
        const { Principal, ...rest } = more;
        const withoutPrincipal: NaiveStatement = { ...rest, Effect: 'Deny' };
        const denying: NaivePolicies = addDeny(written, place, withoutPrincipal, {
          ...withoutPrincipal,
          ...(Principal === undefined ? {} : { Principal }),
        });
        const before = decide(asked, written).allowed;
        const after = decide(asked, denying).allowed;
        assert.ok(before || !after);
        if (before && !after) denied += 1;
      }),
      { numRuns: runs * 3 },
    );
    assert.ok(denied > 10, 'some denies took effect');
  });

  test('a boundary or a session policy never allows what was refused', () => {
    fc.assert(
      fc.property(request, policies, policy('boundary'), (asked, written, limit) => {
        const { boundary, session, ...unlimited } = written;
        const limited = { ...unlimited, boundary: boundary ?? limit, session: session ?? [limit] };
        if (decide(asked, limited).allowed) assert.ok(decide(asked, unlimited).allowed);
      }),
      { numRuns: runs },
    );
  });

  test('the order of statements and of policies never matters', () => {
    fc.assert(
      fc.property(request, policies, (asked, written) => {
        const { effect, decidedBy } = decide(asked, written);
        const turned = decide(asked, turnRound(written));
        assert.deepEqual([turned.effect, turned.decidedBy], [effect, decidedBy]);
      }),
      { numRuns: runs * 3 },
    );
  });

  test('an explanation rests on the same statements as the decision', () => {
    fc.assert(
      fc.property(request, policies, (asked, written) => {
        const { decision, steps } = explain(asRequest(asked), applicable(written));
        assert.deepEqual(decision, decide(asked, written));
        assert.equal(
          steps.some(({ outcome }) => outcome === 'denies'),
          decision.effect === 'explicit-deny',
        );
        const own = steps.filter(({ type }) => type === decision.decidedBy);
        const statements = own.flatMap((step) => step.policies.flatMap((one) => one.statements));
        for (const { matched, unmet } of statements) assert.equal(matched, unmet.length === 0);
        if (decision.statement === undefined) {
          // What denied by not allowing did not allow; a list that is not there cannot be asked.
          const isSilent = own.some(({ outcome }) => outcome === 'silent' || outcome === 'delegates');
          assert.ok(decision.decidedBy === 'root' || own.length === 0 || isSilent);
          return;
        }
        const { index } = decision.statement;
        const effect = decision.allowed ? 'Allow' : 'Deny';
        assert.ok(
          statements.some(
            (one) => one.matched && one.statement.index === index && one.statement.effect === effect,
          ),
        );
      }),
      { numRuns: runs * 3 },
    );
  });
});

function addDeny(
  written: NaivePolicies,
  place: 'identity' | 'boundary' | 'session' | 'resource' | 'scps',
  denying: NaiveStatement,
  denyingPrincipal: NaiveStatement,
): NaivePolicies {
  const add = (list: NaivePolicy | undefined): NaivePolicy | undefined => list && [...list, denying];
  switch (place) {
    case 'identity':
      return { ...written, identity: [...written.identity, [denying]] };
    case 'boundary': {
      const boundary = add(written.boundary);
      return { ...written, ...(boundary === undefined ? {} : { boundary }) };
    }
    case 'session':
      return {
        ...written,
        ...(written.session === undefined ? {} : { session: [...written.session, [denying]] }),
      };
    case 'resource': {
      // A trust policy takes neither a Resource nor other actions.
      if (written.resource === undefined || written.resourceKind === 'trust') return written;
      return { ...written, resource: [...written.resource, denyingPrincipal] };
    }
    case 'scps':
      return { ...written, scps: written.scps.map((level) => [...level, [denying]]) };
  }
}

/** The same policies with every list, and every list of statements, turned round. The levels of an organization keep their order. */
function turnRound(written: NaivePolicies): NaivePolicies {
  const policyTurned = (list: NaivePolicy): NaivePolicy => [...list].reverse();
  const listTurned = (list: readonly NaivePolicy[]): readonly NaivePolicy[] =>
    list.map(policyTurned).reverse();
  return {
    ...written,
    identity: listTurned(written.identity),
    scps: written.scps.map(listTurned),
    ...(written.boundary === undefined ? {} : { boundary: policyTurned(written.boundary) }),
    ...(written.session === undefined ? {} : { session: listTurned(written.session) }),
    ...(written.resource === undefined ? {} : { resource: policyTurned(written.resource) }),
  };
}

describe('wildcards', () => {
  test('match as trying every possibility does', () => {
    const letters = (unit: readonly string[], maxLength: number) =>
      fc.array(fc.constantFrom(...unit), { maxLength }).map((list) => list.join(''));
    fc.assert(
      fc.property(letters(['a', 'b', '*', '?'], 9), letters(['a', 'b'], 12), (pattern, value) => {
        const written: NaivePolicy = [
          { Effect: 'Allow', Action: ['*'], Resource: [`arn:aws:s3:::x${pattern}`] },
        ];
        const { allowed } = evaluate(
          {
            principal: { type: 'user', account: near, arn: userArn, id: 'AIDAALICEALICEALICEA' },
            action: 's3:GetObject',
            resource: `arn:aws:s3:::x${value}`,
            context: new Map(),
          },
          { identity: [compile('identity', 'identity', written)] },
        );
        assert.equal(allowed, naiveLike(pattern, value));
      }),
      { numRuns: runs * 3 },
    );
  });
});
