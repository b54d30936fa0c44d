import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '#core/policy';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';
import { principalFacts, type RootCaller } from './caller.ts';
import { collectPolicies } from './collect-policies.ts';
import { managedPolicy } from './managed-policies.ts';
import { PolicyCache } from './policy-cache.ts';
import { requestContext } from './request-context.ts';
import { rootTask, rootTasks } from './root-tasks.ts';

const root = 'arn:aws:iam::111122223333:root';
const arnOf = (name: string) => `arn:aws:iam::aws:policy/root-task/${name}`;

/** Whether the assumed root, for that task, may do that to that. */
function decide(fixture: ServiceFixture, task: string, action: string, resource: string): string {
  const caller: RootCaller = {
    ...fixture.root,
    session: {
      kind: 'assumed-root',
      accessKeyId: 'ASIA1' as never,
      account: fixture.account.id,
      principalId: fixture.account.id,
      policyArns: [task],
      issuedAt: 0,
      expiresAt: 1,
      region: 'us-east-1',
    },
  };
  const question = { action, resource };
  const context = requestContext({ state: fixture.identity.state, caller, now: 0 }, question, undefined);
  const request = { principal: principalFacts(caller), action, resource, context };
  const policies = collectPolicies(fixture.identity.state, caller, question, new PolicyCache(100));
  return evaluate(request, policies).effect;
}

const inTask: Readonly<Record<string, readonly (readonly [action: string, resource: string])[]>> = {
  IAMAuditRootUserCredentials: [
    ['iam:ListAccessKeys', root],
    ['iam:GetAccountSummary', '*'],
    ['iam:GetUser', root],
  ],
  IAMCreateRootUserPassword: [['iam:CreateLoginProfile', root]],
  IAMDeleteRootUserCredentials: [
    ['iam:DeleteAccessKey', root],
    ['iam:DeactivateMFADevice', root],
    ['iam:ListMFADevices', root],
  ],
  S3UnlockBucketPolicy: [
    ['s3:DeleteBucketPolicy', 'arn:aws:s3:::locked'],
    ['s3:ListAllMyBuckets', '*'],
  ],
  SQSUnlockQueuePolicy: [
    ['sqs:SetQueueAttributes', 'arn:aws:sqs:us-east-1:111122223333:queue'],
    ['sqs:GetQueueAttributes', 'arn:aws:sqs:us-east-1:111122223333:queue'],
  ],
};

test('an assumed root may do what is of its task, and nothing that is of another', async () => {
  const fixture = await openServiceFixture();
  assert.deepEqual(
    Object.keys(inTask),
    rootTasks.map(({ policy }) => policy.name),
  );
  for (const [name, questions] of Object.entries(inTask))
    for (const [action, resource] of questions) {
      assert.equal(decide(fixture, arnOf(name), action, resource), 'allow', `${name} ${action}`);
      const others = rootTasks.filter(
        ({ policy }) => policy.name !== name && !policy.document.includes(`"${action}"`),
      );
      assert.ok(others.length >= 3);
      for (const { policy } of others)
        assert.equal(
          decide(fixture, policy.arn, action, resource),
          'explicit-deny',
          `${policy.name} ${action}`,
        );
    }
});

test('what a task does to a root it may do to nobody else', async () => {
  const fixture = await openServiceFixture();
  const user = 'arn:aws:iam::111122223333:user/root';
  for (const [name, action] of [
    ['IAMAuditRootUserCredentials', 'iam:ListAccessKeys'],
    ['IAMCreateRootUserPassword', 'iam:CreateLoginProfile'],
    ['IAMDeleteRootUserCredentials', 'iam:DeleteAccessKey'],
  ] as const)
    for (const resource of [user, '*'])
      assert.equal(decide(fixture, arnOf(name), action, resource), 'explicit-deny');
});

test('a session whose task is not known may do nothing', async () => {
  const fixture = await openServiceFixture();
  for (const task of ['arn:aws:iam::aws:policy/AdministratorAccess', arnOf('Everything'), ''])
    assert.equal(decide(fixture, task, 'iam:GetUser', root), 'explicit-deny', task);
});

test('the policies of tasks are listed with AWS’s own, and nobody can have them', async () => {
  const { identity, account } = await openServiceFixture();
  const names = awsManagedPolicies().map(({ name }) => name);
  assert.deepEqual(names, [...names].sort());
  for (const { policy } of rootTasks) {
    assert.ok(names.includes(policy.name));
    assert.equal(policy.path, '/root-task/');
    assert.equal(policy.isAttachable, false);
    assert.equal(rootTask(policy.arn)?.policy, policy);
    assert.equal(managedPolicy(identity.state, account.id, policy.arn), undefined);
  }
  const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
  assert.equal(managedPolicy(identity.state, account.id, admin)?.name, 'AdministratorAccess');
  assert.equal(rootTask(admin), undefined);
});
