import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { CloudTrailEvent } from '#core/audit';
import type { AccountId } from '#core/identifiers';
import type { ServiceSession } from '#services/operation';
import { assumeRoleForService } from '#services/sts';
import { credentialsOf, type StartedService, startService } from './started-service.ts';

const roleArn = 'arn:aws:iam::111122223333:role/pod';
const everyAction = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

let service: StartedService;
let isTrusting = false;
let isPermitted = false;

before(async () => {
  service = await startService();
});
after(() => service.stop());
beforeEach(async () => {
  const iam = service.iam(service.root);
  if (isPermitted) await iam.send(new DeleteRolePolicyCommand({ RoleName: 'pod', PolicyName: 'chain' }));
  isPermitted = false;
  if (isTrusting) await iam.send(new DeleteRoleCommand({ RoleName: 'pod' }));
  isTrusting = false;
});

async function trust(Action: readonly string[], Condition: object = {}): Promise<void> {
  await service.iam(service.root).send(
    new CreateRoleCommand({
      RoleName: 'pod',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action, Condition },
          { Effect: 'Allow', Principal: { AWS: roleArn.replace(':role/pod', ':root') }, Action },
        ],
      }),
    }),
  );
  isTrusting = true;
}

/** The service enters and asks for this session. */
function enter(session: Partial<ServiceSession> = {}) {
  return service.house.enterAsService(
    {
      service: 'pods.eks.amazonaws.com',
      sourceArn: 'arn:aws:eks:us-east-1:111122223333:cluster/prod',
      account: service.accountId as AccountId,
      region: 'us-east-1',
    },
    assumeRoleForService,
    { RoleArn: roleArn, RoleSessionName: 'eks-prod-web', DurationSeconds: 3600, context: {}, ...session },
  );
}

const tags = {
  Tags: [
    { Key: 'kubernetes-namespace', Value: 'shop' },
    { Key: 'color', Value: 'blue' },
  ],
  TransitiveTagKeys: ['kubernetes-namespace'],
};

/** Lets the role take itself on. */
async function permitChaining(more: object = {}): Promise<void> {
  const Statement = { Effect: 'Allow', Action: everyAction, Resource: roleArn, ...more };
  await service.iam(service.root).send(
    new PutRolePolicyCommand({
      RoleName: 'pod',
      PolicyName: 'chain',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );
  isPermitted = true;
}

function refusal(action: string) {
  return {
    code: 'AccessDenied',
    message: `User: pods.eks.amazonaws.com is not authorized to perform: ${action} on resource: ${roleArn}`,
  };
}

async function newestAssumption(): Promise<CloudTrailEvent | undefined> {
  // A change waits for the disk, and with it whatever was recorded before.
  await service.iam(service.root).send(new TagRoleCommand({ RoleName: 'pod', Tags: [] }));
  await service.house.events.feed();
  const found = await service.house.events.find({
    account: service.accountId as AccountId,
    region: 'us-east-1',
    from: 0,
    to: Math.ceil(Date.now() / 1000),
    attribute: { key: 'EventName', value: 'AssumeRole' },
    before: undefined,
    limit: 1,
  });
  return found[0]?.event;
}

describe('a session that a service makes', () => {
  test('carries the tags it gives, and hands those that are transitive on to the next role', async () => {
    await trust(everyAction);
    const { Credentials, PackedPolicySize } = await enter(tags);
    assert.ok((PackedPolicySize ?? 0) > 0);
    const session = credentialsOf({ Credentials });
    const permit = (key: string) =>
      permitChaining({ Condition: { Null: { [`aws:PrincipalTag/${key}`]: 'false' } } });
    const chain = (by: typeof session) =>
      service.sts(by).send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'next' }));
    await permit('color');
    const next = credentialsOf(await chain(session));
    await assert.rejects(chain(next), { name: 'AccessDenied' });
    await permit('kubernetes-namespace');
    await chain(next);
  });

  test('needs a role that lets the service tag sessions', async () => {
    await trust(['sts:AssumeRole', 'sts:SetSourceIdentity']);
    await enter();
    await assert.rejects(enter(tags), refusal('sts:TagSession'));
  });

  test('needs a role that lets the service say who is behind sessions', async () => {
    await trust(['sts:AssumeRole', 'sts:TagSession']);
    await assert.rejects(enter({ SourceIdentity: 'CN=web' }), refusal('sts:SetSourceIdentity'));
    assert.equal((await newestAssumption())?.errorCode, 'AccessDenied');
  });

  for (const [what, Condition] of [
    ['tag', { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } }],
    ['tag key', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'color' } }],
    [
      'transitive tag key',
      { 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'kubernetes-namespace' } },
    ],
    ['source identity', { StringEquals: { 'sts:SourceIdentity': 'web' } }],
  ] as const) {
    test(`is refused by a role that wants a ${what} it does not have`, async () => {
      await trust(everyAction, Condition);
      await enter({ ...tags, SourceIdentity: 'web' });
      await assert.rejects(enter(), refusal('sts:AssumeRole'));
    });
  }

  test('keeps the source identity for whatever is done with it', async () => {
    await trust(everyAction);
    const answer = await enter({ SourceIdentity: 'CN=web' });
    assert.equal(answer.SourceIdentity, 'CN=web');
    await permitChaining({ Condition: { StringEquals: { 'aws:SourceIdentity': 'CN=web' } } });
    const chained = await service
      .sts(credentialsOf(answer))
      .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'next' }));
    assert.equal(chained.SourceIdentity, 'CN=web');
  });

  test('is recorded with what it carries, and with the service that made it', async () => {
    await trust(everyAction);
    await enter({ ...tags, SourceIdentity: 'web' });
    const event = await newestAssumption();
    assert.deepEqual(event?.userIdentity, { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' });
    assert.deepEqual(event.requestParameters, {
      roleArn,
      roleSessionName: 'eks-prod-web',
      durationSeconds: 3600,
      tags: [
        { key: 'kubernetes-namespace', value: 'shop' },
        { key: 'color', value: 'blue' },
      ],
      transitiveTagKeys: ['kubernetes-namespace'],
      sourceIdentity: 'web',
    });
  });

  test('may do no more than the session policies it gives', async () => {
    await trust(everyAction);
    await permitChaining();
    const chain = async (session: Partial<ServiceSession>) =>
      service
        .sts(credentialsOf(await enter(session)))
        .send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'next' }));
    await chain({});
    const other = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };
    await assert.rejects(chain({ Policy: JSON.stringify(other) }), { name: 'AccessDenied' });
  });

  for (const [what, session, code, message] of [
    [
      'two tags of one key',
      { Tags: [...tags.Tags, { Key: 'COLOR', Value: 'red' }] },
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      'a transitive key without a tag',
      { TransitiveTagKeys: ['color'] },
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    ],
    [
      'a managed policy that there is not',
      { PolicyArns: [{ arn: 'arn:aws:iam::111122223333:policy/none' }] },
      'MalformedPolicyDocument',
      'Policy arn:aws:iam::111122223333:policy/none does not exist or is not attachable.',
    ],
    [
      'too long a policy',
      { Policy: `${' '.repeat(2049)}` },
      'PackedPolicyTooLarge',
      'Packed policy consumes 101% of allotted space',
    ],
    [
      'a policy that is none',
      { Policy: '{' },
      'MalformedPolicyDocument',
      'This policy contains invalid Json',
    ],
  ] as const) {
    test(`cannot have ${what}`, async () => {
      await trust(everyAction);
      await assert.rejects(enter(session), { code, message });
    });
  }
});
