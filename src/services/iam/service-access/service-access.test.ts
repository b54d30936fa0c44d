import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '#core/policy';
import type { IamTypes } from '#wire/model';
import { allowing, putHolders } from '../../../../test/holder-fixture.ts';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { attachedPolicyOperations } from '../attached-policy/index.ts';
import { addUserToGroup } from '../group/membership.ts';
import { inlinePolicyOperations } from '../inline-policy/index.ts';
import { grantsService } from './grants-service.ts';
import { listPoliciesGrantingServiceAccess } from './list-policies-granting-service-access.ts';

const account = '111122223333';

function arnOf(kind: string): string {
  return `arn:aws:iam::${account}:${kind}/staff/Holder`;
}

async function openHolders(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture(account);
  await putHolders(fixture, 'Holder');
  const inline = (PolicyName: string, action: string) => ({ PolicyName, PolicyDocument: allowing(action) });
  await fixture.call(inlinePolicyOperations.PutUserPolicy, { UserName: 'Holder', ...inline('u', 's3:Get*') });
  await fixture.call(inlinePolicyOperations.PutGroupPolicy, { GroupName: 'Holder', ...inline('g', 'iam:*') });
  await fixture.call(inlinePolicyOperations.PutRolePolicy, { RoleName: 'Holder', ...inline('r', '*') });
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
  await fixture.call(attachedPolicyOperations.AttachUserPolicy, { UserName: 'Holder', PolicyArn });
  await fixture.call(attachedPolicyOperations.AttachGroupPolicy, { GroupName: 'Holder', PolicyArn });
  await fixture.call(addUserToGroup, { GroupName: 'Holder', UserName: 'Holder' });
  return fixture;
}

const ofUser = { PolicyName: 'u', PolicyType: 'INLINE', EntityType: 'USER', EntityName: 'Holder' };
const ofGroup = { PolicyName: 'g', PolicyType: 'INLINE', EntityType: 'GROUP', EntityName: 'Holder' };
const ofRole = { PolicyName: 'r', PolicyType: 'INLINE', EntityType: 'ROLE', EntityName: 'Holder' };
const managed = {
  PolicyName: 'AmazonS3ReadOnlyAccess',
  PolicyType: 'MANAGED',
  PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
};

test('each service comes with the policies that reach it, a user’s also through groups', async () => {
  const fixture = await openHolders();
  const list = async (kind: string) => {
    const answer: IamTypes.ListPoliciesGrantingServiceAccessResponse = await fixture.call(
      listPoliciesGrantingServiceAccess,
      { Arn: arnOf(kind), ServiceNamespaces: ['s3', 'iam', 'ec2', 's3'] },
    );
    assert.equal(answer.IsTruncated, false);
    return answer.PoliciesGrantingServiceAccess.map(({ ServiceNamespace, Policies }) => [
      ServiceNamespace,
      Policies,
    ]);
  };
  assert.deepEqual(await list('user'), [
    ['ec2', []],
    ['iam', [ofGroup]],
    ['s3', [managed, ofUser]],
  ]);
  assert.deepEqual(await list('group'), [
    ['ec2', []],
    ['iam', [ofGroup]],
    ['s3', [managed]],
  ]);
  assert.deepEqual(await list('role'), [
    ['ec2', [ofRole]],
    ['iam', [ofRole]],
    ['s3', [ofRole]],
  ]);
});

test('more services than fit on a page come by the page', async () => {
  const fixture = await openHolders();
  const ServiceNamespaces = Array.from({ length: 101 }, (_, index) => `service-${100 + index}`);
  const list = (Marker?: string): Promise<IamTypes.ListPoliciesGrantingServiceAccessResponse> =>
    fixture.call(listPoliciesGrantingServiceAccess, { Arn: arnOf('user'), ServiceNamespaces, Marker });
  const first = await list();
  assert.deepEqual([first.PoliciesGrantingServiceAccess.length, first.IsTruncated], [100, true]);
  assert.deepEqual(await list(first.Marker), {
    PoliciesGrantingServiceAccess: [{ ServiceNamespace: 'service-200', Policies: [] }],
    IsTruncated: false,
  });
});

test('an entity is asked about by its ARN, and told when it is not there', async () => {
  const fixture = await openHolders();
  const action = 'iam:ListPoliciesGrantingServiceAccess';
  const input = (Arn: string) => ({ Arn, ServiceNamespaces: ['s3'] });
  assert.deepEqual(fixture.questions(listPoliciesGrantingServiceAccess, input(arnOf('group'))), [
    { action, resource: arnOf('group') },
  ]);
  const absent = `arn:aws:iam::${account}:user/nobody`;
  const [question] = fixture.questions(listPoliciesGrantingServiceAccess, input(absent));
  assert.deepEqual([question?.action, question?.resource], [action, absent]);
  await assert.rejects(
    fixture.call(listPoliciesGrantingServiceAccess, input(absent)),
    isFault('NoSuchEntity', 'The user with name nobody cannot be found.'),
  );
  await assert.rejects(
    fixture.call(listPoliciesGrantingServiceAccess, input('arn:aws:iam::111122223333:policy/p')),
    isFault(
      'InvalidInput',
      'Invalid Entity Arn: arn:aws:iam::111122223333:policy/p does not clearly define entity type and name.',
    ),
  );
});

test('a statement reaches a service when it allows any action of it', () => {
  const grants = (statement: object, namespace: string): boolean => {
    const Statement = { Effect: 'Allow', Resource: '*', ...statement };
    return grantsService(
      parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity'),
      namespace,
    );
  };
  assert.equal(grants({ Action: 'S3:GetObject' }, 's3'), true);
  assert.equal(grants({ Action: 's3:GetObject' }, 'S3'), true);
  assert.equal(grants({ Action: 's3-object-lambda:*' }, 's3'), false);
  assert.equal(grants({ Action: '*' }, 'anything'), true);
  assert.equal(grants({ Effect: 'Deny', Action: 's3:*' }, 's3'), false);
  assert.equal(grants({ NotAction: 's3:*' }, 's3'), false);
  assert.equal(grants({ NotAction: 's3:*' }, 'iam'), true);
  assert.equal(grants({ NotAction: 's3:Get*' }, 's3'), true);
  assert.equal(grants({ NotAction: '*' }, 'iam'), false);
});
