import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compilePolicy } from './compile-policy.ts';
import type { PolicyKind } from './document.ts';
import { type ApplicablePolicies, evaluate, type NamedPolicy } from './evaluate.ts';
import { explain } from './explain.ts';
import { parsePolicy } from './parse-policy.ts';
import type { PolicyRequest } from './request.ts';

const request: PolicyRequest = {
  principal: {
    type: 'user',
    account: '111111111111',
    arn: 'arn:aws:iam::111111111111:user/alice',
    id: 'AIDAALICEALICEALICEA',
  },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::bucket/key',
  context: new Map([['aws:username', 'alice']]),
};

function policy(name: string, kind: PolicyKind, ...statements: readonly object[]): NamedPolicy {
  const Statement = statements.map((statement) => ({
    Effect: 'Allow',
    Action: '*',
    ...(kind === 'trust' || 'NotResource' in statement ? {} : { Resource: '*' }),
    ...statement,
  }));
  const text = JSON.stringify({ Version: '2012-10-17', Statement });
  return { name, policy: compilePolicy(parsePolicy(text, kind)) };
}

/** The near misses, each as `policy#index Sid: what it lacked`. */
function lines(policies: ApplicablePolicies, asked = request): readonly string[] {
  return explain(asked, policies, evaluate(asked, policies)).map(({ policyName, statement, unmet }) => {
    const parts = unmet.map((part) =>
      part.element === 'Condition' ? `Condition ${part.operator} ${part.key}` : part.element,
    );
    return `${policyName}#${statement.index} ${statement.sid ?? '-'}: ${parts.join(', ')}`;
  });
}

describe('explaining why nothing allowed', () => {
  test('names each statement for the action, and what it lacked', () => {
    const identity = [
      policy(
        'inline',
        'identity',
        { Sid: 'Elsewhere', Resource: 'arn:aws:s3:::other/*' },
        { Action: 's3:PutObject' },
        { NotResource: 'arn:aws:s3:::bucket/*' },
      ),
      policy('arn:aws:iam::111111111111:policy/p', 'identity', {
        Condition: { StringEquals: { 'aws:username': 'bob' }, Bool: { 'AWS:SecureTransport': 'true' } },
      }),
    ];
    assert.deepEqual(lines({ identity }), [
      'inline#0 Elsewhere: Resource',
      'inline#2 -: NotResource',
      'arn:aws:iam::111111111111:policy/p#0 -: Condition StringEquals aws:username, Condition Bool AWS:SecureTransport',
    ]);
  });

  test('leaves out conditions that hold', () => {
    const Condition = { StringEquals: { 'aws:username': 'alice' }, Null: { 'aws:username': 'true' } };
    assert.deepEqual(lines({ identity: [policy('p', 'identity', { Condition })] }), [
      'p#0 -: Condition Null aws:username',
    ]);
  });

  test('leaves out denies', () => {
    const deny = { Effect: 'Deny', Resource: 'arn:aws:s3:::other' };
    assert.deepEqual(lines({ identity: [policy('p', 'identity', deny)] }), []);
  });

  test('looks only at the kind of policy that did not allow', () => {
    const policies = {
      identity: [policy('p', 'identity', {}, { Resource: 'arn:aws:s3:::other' })],
      boundary: policy('b', 'boundary', { Resource: 'arn:aws:s3:::other' }),
    };
    assert.deepEqual(lines(policies), ['b#0 -: Resource']);
  });

  test('looks only at the levels of an organization that did not allow', () => {
    const scps = [
      [policy('root', 'scp', {}, { Resource: 'arn:aws:s3:::other' })],
      [policy('unit', 'scp', { Resource: 'arn:aws:s3:::other' })],
    ];
    assert.deepEqual(lines({ identity: [policy('p', 'identity', {})], scps }), ['unit#0 -: Resource']);
  });

  test('names a trust policy that trusts somebody else, and under which condition', () => {
    const trust = policy('role', 'trust', {
      Action: 'sts:AssumeRole',
      Principal: { AWS: '222222222222' },
      Condition: { StringEquals: { 'sts:ExternalId': 'secret' } },
    });
    const asked = { ...request, action: 'sts:AssumeRole', resource: 'arn:aws:iam::111111111111:role/role' };
    assert.deepEqual(lines({ identity: [], resource: { ...trust, kind: 'trust' } }, asked), [
      'role#0 -: Principal, Condition StringEquals sts:ExternalId',
    ]);
  });

  test('names a resource policy that excepts the caller', () => {
    const bucket = policy('bucket', 'resource', { NotPrincipal: { AWS: '222222222222' } });
    const policies: ApplicablePolicies = {
      identity: [policy('p', 'identity', {})],
      resource: { ...bucket, kind: 'resource' },
    };
    const principal = {
      type: 'user',
      account: '222222222222',
      arn: 'arn:aws:iam::222222222222:user/bob',
      id: 'AIDABOBBOBBOBBOBBOBB',
    } as const;
    assert.deepEqual(lines(policies, { ...request, principal, resourceAccount: '111111111111' }), [
      'bucket#0 -: NotPrincipal',
    ]);
  });

  test('has nothing to say of an allow or an explicit deny', () => {
    const near = { Resource: 'arn:aws:s3:::other' };
    assert.deepEqual(lines({ identity: [policy('p', 'identity', near, {})] }), []);
    assert.deepEqual(lines({ identity: [policy('p', 'identity', near, { Effect: 'Deny' })] }), []);
  });
});
