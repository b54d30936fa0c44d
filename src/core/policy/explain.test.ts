import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compilePolicy } from './compile-policy.ts';
import type { PolicyKind } from './document.ts';
import { type ApplicablePolicies, evaluate, type NamedPolicy } from './evaluate.ts';
import { explain, type UnmetPart } from './explain.ts';
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
  context: new Map<string, string | readonly string[]>([
    ['aws:username', 'alice'],
    ['aws:tagkeys', ['a', 'b']],
  ]),
};
const elsewhere = { Resource: 'arn:aws:s3:::other' };

function policy(name: string, kind: PolicyKind, ...statements: readonly object[]): NamedPolicy {
  const Statement = statements.map((statement) => ({
    Effect: 'Allow',
    Action: 's3:GetObject',
    ...(kind === 'trust' || 'NotResource' in statement ? {} : { Resource: '*' }),
    ...statement,
  }));
  const text = JSON.stringify({ Version: '2012-10-17', Statement });
  return { name, policy: compilePolicy(parsePolicy(text, kind)) };
}

/** A step on one line, then each of its statements about the action: `policy#index Sid effect`, and what it lacked. */
function lines(policies: ApplicablePolicies, asked = request): readonly string[] {
  const { steps, decision } = explain(asked, policies);
  assert.deepEqual(decision, evaluate(asked, policies));
  return steps.flatMap(({ type, level, outcome, policies: list }) => [
    `${type}${level ?? ''} ${outcome}`,
    ...list.flatMap(({ name, statements }) =>
      statements.map(({ statement: { sid, index, effect }, matched, unmet }) => {
        assert.equal(matched, unmet.length === 0);
        return `  ${name}#${index} ${sid ?? '-'} ${effect}${unmet.map((part) => `; ${lacked(part)}`).join('')}`;
      }),
    ),
  ]);
}

function lacked(part: UnmetPart): string {
  const { element, operator, key, wanted, saw } = part;
  assert.equal('saw' in part, saw !== undefined);
  const name = element === 'Condition' ? `${operator} ${key}` : element;
  return `${name} wants ${wanted.join(' or ')}, saw ${saw === undefined ? 'nothing' : String(saw)}`;
}

describe('explaining a decision', () => {
  test('tells the statements that matched from those that nearly did, and leaves out other actions', () => {
    const identity = [
      policy(
        'inline',
        'identity',
        { Sid: 'Elsewhere', ...elsewhere },
        { Action: 's3:PutObject' },
        { NotResource: 'arn:aws:s3:::bucket/*' },
        { Sid: 'Here' },
      ),
      policy('p', 'identity', { Effect: 'Deny', Resource: ['arn:aws:s3:::x', 'arn:aws:s3:::y'] }),
    ];
    assert.deepEqual(lines({ identity }), [
      'identity allows',
      '  inline#0 Elsewhere Allow; Resource wants arn:aws:s3:::other, saw arn:aws:s3:::bucket/key',
      '  inline#2 - Allow; NotResource wants arn:aws:s3:::bucket/*, saw arn:aws:s3:::bucket/key',
      '  inline#3 Here Allow',
      '  p#0 - Deny; Resource wants arn:aws:s3:::x or arn:aws:s3:::y, saw arn:aws:s3:::bucket/key',
    ]);
    const [step] = explain(request, { identity }).steps;
    assert.deepEqual(
      step?.policies.map(({ name, others }) => [name, others]),
      [
        ['inline', 1],
        ['p', 0],
      ],
    );
  });

  test('names every condition that failed with the value it saw, and none that held', () => {
    const Condition = {
      StringEquals: { 'aws:username': ['bob', 'carol'], 'aws:UserName': 'alice' },
      Bool: { 'AWS:SecureTransport': 'true' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] },
      Null: { 'aws:username': 'true' },
    };
    assert.deepEqual(lines({ identity: [policy('p', 'identity', { Condition })] }), [
      'identity silent',
      '  p#0 - Allow; StringEquals aws:username wants bob or carol, saw alice; ' +
        'Bool AWS:SecureTransport wants true, saw nothing; ' +
        'ForAllValues:StringEquals aws:TagKeys wants a, saw a,b; Null aws:username wants true, saw alice',
    ]);
  });

  test('points at the element that failed and at both ends of its statement', () => {
    const text = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow", "Action": "*",
      "Resource": "arn:aws:s3:::other",
      "Condition": { "Bool": { "aws:SecureTransport": true } }
    }
  ]
}`;
    const named = { name: 'p', policy: compilePolicy(parsePolicy(text, 'identity')) };
    const explained = explain(request, { identity: [named] }).steps[0]?.policies[0]?.statements[0];
    assert.ok(explained !== undefined);
    const { statement, unmet } = explained;
    assert.deepEqual(
      [statement.position, statement.end, ...unmet.map(({ position }) => position)],
      [
        { line: 4, column: 5 },
        { line: 8, column: 6 },
        { line: 6, column: 7 },
        { line: 7, column: 32 },
      ],
    );
  });

  test('asks each kind of policy, and each level of an organization, in order', () => {
    const policies: ApplicablePolicies = {
      identity: [policy('i', 'identity', {})],
      boundary: policy('b', 'boundary', elsewhere),
      session: [],
      resource: { ...policy('r', 'resource', { Effect: 'Deny', Principal: '*' }), kind: 'resource' },
      scps: [[policy('root', 'scp', {})], [policy('unit', 'scp', elsewhere)]],
      rcps: [[policy('all', 'rcp', { Principal: '*', Action: '*' })]],
    };
    assert.deepEqual(lines(policies), [
      'scp0 allows',
      '  root#0 - Allow',
      'scp1 silent',
      '  unit#0 - Allow; Resource wants arn:aws:s3:::other, saw arn:aws:s3:::bucket/key',
      'rcp0 allows',
      '  all#0 - Allow',
      'resource denies',
      '  r#0 - Deny',
      'identity allows',
      '  i#0 - Allow',
      'boundary silent',
      '  b#0 - Allow; Resource wants arn:aws:s3:::other, saw arn:aws:s3:::bucket/key',
      'session silent',
    ]);
  });

  test('names a trust policy that trusts somebody else, and under which condition', () => {
    const trust = policy('role', 'trust', {
      Action: 'sts:AssumeRole',
      Principal: { AWS: '222222222222', Service: 'ec2.amazonaws.com' },
      Condition: { StringEquals: { 'sts:ExternalId': 'secret' } },
    });
    const asked = { ...request, action: 'sts:AssumeRole', resource: 'arn:aws:iam::111111111111:role/role' };
    const principal = 'Principal wants 222222222222 or Service: ec2.amazonaws.com';
    const condition = 'StringEquals sts:ExternalId wants secret, saw nothing';
    const policies: ApplicablePolicies = { identity: [], resource: { ...trust, kind: 'trust' } };
    for (const [who, saw] of [
      [request.principal, 'arn:aws:iam::111111111111:user/alice'],
      [{ type: 'service', service: 'lambda.amazonaws.com' }, 'Service: lambda.amazonaws.com'],
      [{ type: 'federated', provider: 'accounts.google.com' }, 'Federated: accounts.google.com'],
      [{ type: 'anonymous' }, 'anonymous'],
    ] as const) {
      assert.deepEqual(lines(policies, { ...asked, principal: who }), [
        'trust silent',
        `  role#0 - Allow; ${principal}, saw ${saw}; ${condition}`,
        'identity silent',
      ]);
    }
  });

  test('tells a resource policy that allows from one that leaves it to the account', () => {
    for (const [AWS, outcome] of [
      ['111111111111', 'delegates'],
      ['arn:aws:iam::111111111111:user/alice', 'allows'],
    ]) {
      const bucket = policy('bucket', 'resource', { Principal: { AWS } });
      const policies: ApplicablePolicies = { identity: [], resource: { ...bucket, kind: 'resource' } };
      assert.equal(lines(policies)[0], `resource ${outcome}`);
    }
    const worker = policy('bucket', 'resource', {
      Principal: { AWS: 'arn:aws:iam::111111111111:role/worker' },
    });
    const session: PolicyRequest['principal'] = {
      type: 'role-session',
      account: '111111111111',
      arn: 'arn:aws:sts::111111111111:assumed-role/worker/one',
      roleArn: 'arn:aws:iam::111111111111:role/worker',
      id: 'AROAWORKERWORKERWORK',
      sessionName: 'one',
    };
    assert.equal(
      lines(
        { identity: [], resource: { ...worker, kind: 'resource' } },
        { ...request, principal: session },
      )[0],
      'resource allows',
    );
  });

  test('names a resource policy that excepts the caller', () => {
    const bucket = policy('bucket', 'resource', { NotPrincipal: { AWS: '111111111111' } });
    const policies: ApplicablePolicies = { identity: [], resource: { ...bucket, kind: 'resource' } };
    assert.deepEqual(lines(policies).slice(0, 2), [
      'resource silent',
      '  bucket#0 - Allow; NotPrincipal wants 111111111111, saw arn:aws:iam::111111111111:user/alice',
    ]);
  });
});

test('the missing keys are those that statements about the action ask about, each once', () => {
  const wants = (key: string) => ({ Condition: { StringEquals: { [key]: 'x' } } });
  const identity = [
    policy('p', 'identity', wants('aws:SourceVpc'), wants('AWS:sourcevpc'), wants('aws:username')),
    policy('q', 'identity', { ...wants('s3:prefix'), Action: 's3:ListBucket' }),
  ];
  const variable = policy('v', 'identity', { Resource: 'arn:aws:s3:::bucket/\u0024{aws:PrincipalTag/team}' });
  const negated = policy('n', 'identity', { Condition: { StringNotEquals: { 'aws:SourceIp': '::1' } } });
  assert.deepEqual(explain(request, { identity: [...identity, variable, negated] }).steps[0]?.missingKeys, [
    'aws:SourceVpc',
    'aws:PrincipalTag/team',
    'aws:SourceIp',
  ]);
});
