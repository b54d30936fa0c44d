import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccessKeyId, AccountId, UniqueId } from '#core/identifiers';
import {
  type ApplicablePolicies,
  compilePolicy,
  evaluate,
  type NamedPolicy,
  type PolicyKind,
  type PolicyRequest,
  parsePolicy,
} from '#core/policy';
import { principalFacts, type Question, type UserCaller } from '#services/operation';
import type { RoleDocument } from '#stores/identity';
import { type Denial, describeDenial } from './describe-denial.ts';

const own = '111111111111' as AccountId;
const other = '222222222222' as AccountId;
const account = { id: own, name: 'own', email: 'own@example.com', createdAt: 0 };
const entity = { createdAt: 0, path: '/', inlinePolicies: {}, attachedPolicies: [], tags: [] };
const caller: UserCaller = {
  kind: 'user',
  account,
  user: { ...entity, id: 'AIDAALICEALICEALICEA' as UniqueId, account: own, name: 'alice', groups: [] },
  accessKeyId: 'AKIAALICEALICEALICEA' as AccessKeyId,
};

function policy(name: string, kind: PolicyKind, ...statements: readonly object[]): NamedPolicy {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return { name, policy: compilePolicy(parsePolicy(text, kind)) };
}

/** The message of a denial, read. */
function read(
  question: Question,
  policies: ApplicablePolicies,
  context: readonly (readonly [string, string])[] = [['aws:username', 'alice']],
) {
  const { action, resource, resourceAccount = own } = question;
  const request: PolicyRequest = {
    principal: principalFacts(caller),
    action,
    resource,
    resourceAccount,
    context: new Map(context),
  };
  const denial: Denial = { caller, question, request, policies, decision: evaluate(request, policies) };
  assert.equal(denial.decision.allowed, false);
  const text = describeDenial(denial);
  assert.ok(Buffer.byteLength(text) <= 7500);
  return JSON.parse(text);
}

const put: Question = { action: 's3:PutObject', resource: 'arn:aws:s3:::bucket/key' };
const assume: Question = {
  action: 'sts:AssumeRole',
  resource: 'arn:aws:iam::111111111111:role/target',
  trust: { role: { account: own } as RoleDocument },
};

describe('the message of a denial', () => {
  test('has the statement that denied, the request, and no failure that came near', () => {
    const denying = {
      Sid: 'NoKeys',
      Effect: 'Deny',
      Action: ['s3:Put*', 'S3:Delete*'],
      Resource: ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::other/*'],
      Condition: { StringLike: { 'aws:UserName': ['a*', 'b*'] } },
    };
    const allowing = { Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::elsewhere' };
    assert.deepEqual(read(put, { identity: [policy('p', 'identity', allowing, denying)] }), {
      allowed: false,
      explicitDeny: true,
      matchedStatements: {
        items: [
          {
            statementId: 'NoKeys',
            effect: 'DENY',
            principals: { items: [{ value: 'AIDAALICEALICEALICEA' }] },
            actions: { items: [{ value: 's3:Put*' }, { value: 'S3:Delete*' }] },
            resources: { items: [{ value: 'arn:aws:s3:::bucket/*' }, { value: 'arn:aws:s3:::other/*' }] },
            conditions: {
              items: [{ key: 'aws:UserName', values: { items: [{ value: 'a*' }, { value: 'b*' }] } }],
            },
          },
        ],
      },
      failures: {
        items: [{ policyType: 'identity', effect: 'explicit-deny', nearMisses: { items: [] } }],
      },
      context: {
        principal: {
          id: 'AIDAALICEALICEALICEA',
          name: 'alice',
          arn: 'arn:aws:iam::111111111111:user/alice',
        },
        action: 's3:PutObject',
        resource: 'arn:aws:s3:::bucket/key',
        conditions: { items: [{ key: 'aws:username', values: { items: [{ value: 'alice' }] } }] },
      },
    });
  });

  test('has what came near where nothing allowed, with what each statement wanted and saw', () => {
    const Condition = { StringEquals: { 'aws:username': 'bob' }, Bool: { 'aws:SecureTransport': 'true' } };
    const near = { Sid: 'Near', Effect: 'Allow', Action: '*', Resource: '*', Condition };
    const elsewhere = { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::elsewhere' };
    const { explicitDeny, matchedStatements, failures } = read(put, {
      identity: [policy('p', 'identity', near, elsewhere)],
    });
    assert.deepEqual([explicitDeny, matchedStatements.items], [false, []]);
    assert.deepEqual(failures.items, [
      {
        policyType: 'identity',
        effect: 'implicit-deny',
        nearMisses: {
          items: [
            {
              policy: 'p',
              statementId: 'Near',
              line: 1,
              column: 38,
              unmet: {
                items: [
                  {
                    element: 'Condition',
                    operator: 'StringEquals',
                    key: 'aws:username',
                    line: 1,
                    column: 126,
                    wanted: { items: [{ value: 'bob' }] },
                    saw: { items: [{ value: 'alice' }] },
                  },
                  {
                    element: 'Condition',
                    operator: 'Bool',
                    key: 'aws:SecureTransport',
                    line: 1,
                    column: 156,
                    wanted: { items: [{ value: 'true' }] },
                  },
                ],
              },
            },
          ],
        },
      },
    ]);
  });

  const trusting = {
    Sid: 'Secret',
    Effect: 'Allow',
    Principal: { AWS: own },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': 'of-the-other-account' } },
  };
  const trust = (...statements: readonly object[]): ApplicablePolicies => ({
    identity: [policy('p', 'identity', { Effect: 'Allow', Action: '*', Resource: '*' })],
    resource: { ...policy('target', 'trust', ...statements), kind: 'trust' },
  });

  test("quotes a trust policy of the caller's own account", () => {
    const { failures } = read(assume, trust(trusting));
    assert.equal(failures.items[0].nearMisses.items[0].statementId, 'Secret');
  });

  test('quotes nothing of a trust policy of another account, whether it denies or does not allow', () => {
    const denying = { ...trusting, Sid: 'SecretDeny', Effect: 'Deny', Condition: {} };
    for (const statements of [[trusting], [trusting, denying]]) {
      const message = read({ ...assume, resourceAccount: other }, trust(...statements), [
        ['aws:username', 'alice'],
        ['aws:resourcetag/secret', 'of-the-other-account'],
        ['aws:resourceorgid', 'of-the-other-account'],
      ]);
      assert.deepEqual(
        [message.explicitDeny, message.matchedStatements.items, message.failures.items],
        [false, [], []],
      );
      assert.doesNotMatch(JSON.stringify(message), /of-the-other-account|ExternalId|Secret/);
    }
  });

  test('quotes nothing for a role that does not exist', () => {
    const { failures } = read({ ...assume, trust: { role: undefined } }, trust(trusting));
    assert.deepEqual(failures.items[0].nearMisses.items, []);
  });

  test('names the kind of an organization policy and quotes nothing of it', () => {
    const identity = [policy('p', 'identity', { Effect: 'Allow', Action: '*', Resource: '*' })];
    const denying = { Sid: 'Secret', Effect: 'Deny', Action: 's3:*', Resource: '*' };
    for (const policies of [
      { identity, scps: [[policy('secret', 'scp', denying)]] },
      { identity, rcps: [[policy('secret', 'rcp', { ...denying, Principal: '*' })]] },
    ]) {
      const message = read(put, policies);
      assert.equal(message.explicitDeny, true);
      assert.deepEqual(message.failures.items, [
        {
          policyType: 'scps' in policies ? 'scp' : 'rcp',
          effect: 'explicit-deny',
          nearMisses: { items: [] },
        },
      ]);
      assert.doesNotMatch(JSON.stringify(message), /secret/i);
    }
  });

  test('stays short enough to be decoded, whatever the policies and the request hold', () => {
    const Resource = Array.from({ length: 40 }, (_, index) => `arn:aws:s3:::${'x'.repeat(100)}${index}`);
    const near = { Effect: 'Allow', Action: '*', Resource };
    const identity = [policy('p', 'identity', near, near, near)];
    const long = read(put, { identity });
    assert.ok(long.failures.items[0].nearMisses.items.length < 3);
    assert.equal(long.context.conditions.items.length, 1);
    const tags = Array.from(
      { length: 50 },
      (_, index) => [`aws:principaltag/${index}`, 'v'.repeat(256)] as const,
    );
    const longer = read(put, { identity }, tags);
    assert.deepEqual(longer.failures.items[0].nearMisses.items, []);
    assert.ok(longer.context.conditions.items.length > 5);
    const denying = policy('q', 'identity', {
      ...near,
      Effect: 'Deny',
      Resource: ['*', ...Resource, ...Resource],
    });
    assert.deepEqual(read(put, { identity: [denying] }).matchedStatements.items, []);
  });
});
