import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  SetDefaultPolicyVersionCommand,
  TagPolicyCommand,
  TagUserCommand,
  UntagPolicyCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { allowing } from '../../holder-fixture.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const account = '111122223333';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

let service: StartedService;
let root: IAMClient;

before(async () => {
  service = await startService();
  root = service.iam(service.root);
});
after(() => service.stop());

/** The access key of a new user without permissions. */
async function createUserKey(UserName: string): Promise<Credentials> {
  await root.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** A client that signs as a new user without permissions. */
async function createUser(userName: string): Promise<IAMClient> {
  return service.iam(await createUserKey(userName));
}

function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function denied(userName: string, action: string, resource?: string) {
  const on = resource === undefined ? '' : ` on resource: ${resource}`;
  return {
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${account}:user/${userName} is not authorized to perform: iam:${action}${on} because no identity-based policy allows the iam:${action} action`,
  };
}

function userArn(name: string): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

test('an inline policy takes effect at the next request, and no longer once deleted', async () => {
  const inline = await createUser('inline');
  const listing = () => inline.send(new ListUsersCommand({}));
  await assert.rejects(listing(), denied('inline', 'ListUsers'));
  const named = { UserName: 'inline', PolicyName: 'list' };
  await root.send(new PutUserPolicyCommand({ ...named, PolicyDocument: allowing('iam:ListUsers') }));
  assert.ok((await listing()).Users?.some(({ UserName }) => UserName === 'inline'));
  const shown = await root.send(new GetUserPolicyCommand(named));
  assert.deepEqual([shown.UserName, shown.PolicyName], ['inline', 'list']);
  assert.equal(decodeURIComponent(shown.PolicyDocument ?? ''), allowing('iam:ListUsers'));
  const { PolicyNames, IsTruncated } = await root.send(new ListUserPoliciesCommand({ UserName: 'inline' }));
  assert.deepEqual([PolicyNames, IsTruncated], [['list'], false]);
  await root.send(new DeleteUserPolicyCommand(named));
  await assert.rejects(listing(), denied('inline', 'ListUsers'));
});

test('a group’s policies take effect for its members', async () => {
  const member = await createUser('member');
  await root.send(new CreateGroupCommand({ GroupName: 'listers' }));
  await root.send(new AddUserToGroupCommand({ GroupName: 'listers', UserName: 'member' }));
  const PolicyDocument = allowing('iam:ListUsers');
  await root.send(new PutGroupPolicyCommand({ GroupName: 'listers', PolicyName: 'list', PolicyDocument }));
  assert.ok(await member.send(new ListUsersCommand({})));
  const reading = () => member.send(new GetUserCommand({ UserName: 'member' }));
  await assert.rejects(reading(), denied('member', 'GetUser', userArn('member')));
  await root.send(new AttachGroupPolicyCommand({ GroupName: 'listers', PolicyArn: readOnly }));
  assert.equal((await reading()).User?.UserName, 'member');
});

test('who may not change policies changes none', async () => {
  const weak = await createUser('weak');
  const own = { UserName: 'weak' };
  const PolicyDocument = allowing('*');
  await assert.rejects(
    weak.send(new PutUserPolicyCommand({ ...own, PolicyName: 'p', PolicyDocument })),
    denied('weak', 'PutUserPolicy', userArn('weak')),
  );
  await assert.rejects(
    weak.send(new AttachUserPolicyCommand({ ...own, PolicyArn: readOnly })),
    denied('weak', 'AttachUserPolicy', userArn('weak')),
  );
  await assert.rejects(
    weak.send(new DeleteUserPermissionsBoundaryCommand(own)),
    denied('weak', 'DeleteUserPermissionsBoundary', userArn('weak')),
  );
  await assert.rejects(
    weak.send(new TagUserCommand({ ...own, Tags: [{ Key: 'a', Value: 'b' }] })),
    denied('weak', 'TagUser', userArn('weak')),
  );
  await assert.rejects(
    weak.send(new CreatePolicyCommand({ PolicyName: 'p', PolicyDocument })),
    denied('weak', 'CreatePolicy', `arn:aws:iam::${account}:policy/p`),
  );
  await assert.rejects(
    weak.send(new GetPolicyCommand({ PolicyArn: `arn:aws:iam::${account}:policy/nothing` })),
    denied('weak', 'GetPolicy', `arn:aws:iam::${account}:policy/nothing`),
  );
  assert.deepEqual((await root.send(new ListUserPoliciesCommand(own))).PolicyNames, []);
  assert.deepEqual((await root.send(new ListAttachedUserPoliciesCommand(own))).AttachedPolicies, []);
  assert.deepEqual((await root.send(new ListUserTagsCommand(own))).Tags, []);
});

test('an attached policy takes effect with its default version', async () => {
  const attached = await createUser('attached');
  const { Policy } = await root.send(
    new CreatePolicyCommand({
      PolicyName: 'versions',
      Path: '/team/',
      Description: 'what attached may do',
      PolicyDocument: allowing('iam:ListUsers'),
    }),
  );
  const PolicyArn = Policy?.Arn ?? '';
  assert.equal(PolicyArn, `arn:aws:iam::${account}:policy/team/versions`);
  const holder = { UserName: 'attached', PolicyArn };
  await root.send(new AttachUserPolicyCommand(holder));
  const listing = () => attached.send(new ListUsersCommand({}));
  assert.ok(await listing());
  const { PolicyVersion } = await root.send(
    new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allowing('iam:ListGroups') }),
  );
  assert.deepEqual([PolicyVersion?.VersionId, PolicyVersion?.IsDefaultVersion], ['v2', false]);
  assert.ok(await listing());
  await root.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
  await assert.rejects(listing(), denied('attached', 'ListUsers'));
  await root.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
  assert.ok(await listing());

  const shown = (await root.send(new GetPolicyCommand({ PolicyArn }))).Policy;
  assert.deepEqual(
    [shown?.AttachmentCount, shown?.PermissionsBoundaryUsageCount, shown?.Description, shown?.Tags],
    [1, 0, 'what attached may do', []],
  );
  const version = await root.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
  assert.equal(decodeURIComponent(version.PolicyVersion?.Document ?? ''), allowing('iam:ListGroups'));
  const { Versions } = await root.send(new ListPolicyVersionsCommand({ PolicyArn }));
  assert.deepEqual(
    Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
    [
      ['v2', false],
      ['v1', true],
    ],
  );
  const entities = await root.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
  assert.deepEqual(
    [entities.PolicyUsers?.map(({ UserName }) => UserName), entities.PolicyGroups, entities.PolicyRoles],
    [['attached'], [], []],
  );
  const local = await root.send(new ListPoliciesCommand({ Scope: 'Local', PathPrefix: '/team/' }));
  assert.deepEqual(
    local.Policies?.map(({ Arn }) => Arn),
    [PolicyArn],
  );

  await assert.rejects(root.send(new DeletePolicyCommand({ PolicyArn })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete a policy attached to entities.',
  });
  await root.send(new DetachUserPolicyCommand(holder));
  await assert.rejects(listing(), denied('attached', 'ListUsers'));
  await root.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
  await root.send(new DeletePolicyCommand({ PolicyArn }));
  await assert.rejects(root.send(new GetPolicyCommand({ PolicyArn })), {
    name: 'NoSuchEntityException',
    message: `Policy ${PolicyArn} was not found.`,
  });
});

test('a boundary takes effect at the next request', async () => {
  const bounded = await createUser('bounded');
  const PolicyDocument = allowing('iam:*');
  await root.send(new PutUserPolicyCommand({ UserName: 'bounded', PolicyName: 'all', PolicyDocument }));
  const tagging = () =>
    bounded.send(new TagUserCommand({ UserName: 'bounded', Tags: [{ Key: 'Team', Value: 'blue' }] }));
  await tagging();
  await root.send(
    new PutUserPermissionsBoundaryCommand({ UserName: 'bounded', PermissionsBoundary: readOnly }),
  );
  const { User } = await root.send(new GetUserCommand({ UserName: 'bounded' }));
  assert.equal(User?.PermissionsBoundary?.PermissionsBoundaryArn, readOnly);
  assert.ok(await bounded.send(new ListUsersCommand({})));
  await assert.rejects(tagging(), {
    name: 'AccessDenied',
    message: `User: ${userArn('bounded')} is not authorized to perform: iam:TagUser on resource: ${userArn('bounded')} because no permissions boundary allows the iam:TagUser action`,
  });
  await root.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'bounded' }));
  await tagging();
});

test('a role’s policies and boundary take effect in the sessions that it has', async () => {
  const AssumeRolePolicyDocument = policyOf({
    Effect: 'Allow',
    Principal: { AWS: account },
    Action: 'sts:AssumeRole',
  });
  const key = await createUserKey('caller');
  await root.send(
    new PutUserPolicyCommand({
      UserName: 'caller',
      PolicyName: 'assume',
      PolicyDocument: allowing('sts:AssumeRole'),
    }),
  );
  const named = { RoleName: 'worker' };
  const { Role } = await root.send(new CreateRoleCommand({ ...named, AssumeRolePolicyDocument }));
  const session = service.iam(
    credentialsOf(
      await service.sts(key).send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'one' })),
    ),
  );
  const listing = () => session.send(new ListUsersCommand({}));
  const refusal = (reason: string) => ({
    name: 'AccessDenied',
    message: `User: arn:aws:sts::${account}:assumed-role/worker/one is not authorized to perform: iam:ListUsers because no ${reason} allows the iam:ListUsers action`,
  });
  await assert.rejects(listing(), refusal('identity-based policy'));
  await root.send(new AttachRolePolicyCommand({ ...named, PolicyArn: readOnly }));
  assert.ok(await listing());
  const { Policy } = await root.send(
    new CreatePolicyCommand({ PolicyName: 'limit', PolicyDocument: allowing('s3:*') }),
  );
  const PermissionsBoundary = Policy?.Arn ?? '';
  await root.send(new PutRolePermissionsBoundaryCommand({ ...named, PermissionsBoundary }));
  await assert.rejects(listing(), refusal('permissions boundary'));
  await root.send(new DeleteRolePermissionsBoundaryCommand(named));
  assert.ok(await listing());
});

test('a delegate may attach only what the policy lets them, and only to whom is bounded', async () => {
  const delegate = await createUser('delegate');
  const PolicyDocument = policyOf({
    Effect: 'Allow',
    Action: 'iam:AttachUserPolicy',
    Resource: '*',
    Condition: {
      ArnEquals: { 'iam:PolicyARN': readOnly },
      StringEquals: { 'iam:PermissionsBoundary': readOnly },
    },
  });
  await root.send(new PutUserPolicyCommand({ UserName: 'delegate', PolicyName: 'p', PolicyDocument }));
  await root.send(new CreateUserCommand({ UserName: 'free' }));
  await root.send(new CreateUserCommand({ UserName: 'tied', PermissionsBoundary: readOnly }));
  const attach = (UserName: string, PolicyArn: string) =>
    delegate.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  await attach('tied', readOnly);
  await assert.rejects(
    attach('tied', 'arn:aws:iam::aws:policy/AdministratorAccess'),
    denied('delegate', 'AttachUserPolicy', userArn('tied')),
  );
  await assert.rejects(attach('free', readOnly), denied('delegate', 'AttachUserPolicy', userArn('free')));
  await assert.rejects(attach('nobody', readOnly), denied('delegate', 'AttachUserPolicy', userArn('nobody')));
});

test('tags decide at the next request, of the request and of the resource', async () => {
  const tagger = await createUser('tagger');
  const PolicyDocument = policyOf(
    {
      Effect: 'Allow',
      Action: 'iam:TagPolicy',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:RequestTag/Team': 'blue' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team'] },
      },
    },
    {
      Effect: 'Allow',
      Action: 'iam:GetPolicy',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/Team': 'blue' } },
    },
  );
  await root.send(new PutUserPolicyCommand({ UserName: 'tagger', PolicyName: 'p', PolicyDocument }));
  const { Policy } = await root.send(
    new CreatePolicyCommand({ PolicyName: 'tagged', PolicyDocument: allowing('s3:*') }),
  );
  const PolicyArn = Policy?.Arn ?? '';
  const tag = (Key: string, Value: string) =>
    tagger.send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key, Value }] }));
  const reading = () => tagger.send(new GetPolicyCommand({ PolicyArn }));
  await assert.rejects(reading(), denied('tagger', 'GetPolicy', PolicyArn));
  await assert.rejects(tag('Team', 'red'), denied('tagger', 'TagPolicy', PolicyArn));
  await assert.rejects(tag('team-lead', 'blue'), denied('tagger', 'TagPolicy', PolicyArn));
  await tag('Team', 'blue');
  assert.deepEqual((await reading()).Policy?.Tags, [{ Key: 'Team', Value: 'blue' }]);
  assert.deepEqual((await root.send(new ListPolicyTagsCommand({ PolicyArn }))).Tags, [
    { Key: 'Team', Value: 'blue' },
  ]);
  await root.send(new UntagPolicyCommand({ PolicyArn, TagKeys: ['Team'] }));
  await assert.rejects(reading(), denied('tagger', 'GetPolicy', PolicyArn));
  await root.send(new TagUserCommand({ UserName: 'tagger', Tags: [{ Key: 'A', Value: '' }] }));
  await root.send(new UntagUserCommand({ UserName: 'tagger', TagKeys: ['a'] }));
  assert.deepEqual((await root.send(new ListUserTagsCommand({ UserName: 'tagger' }))).Tags, []);
});

test('bad input is refused in AWS’s words', async () => {
  await root.send(new CreateUserCommand({ UserName: 'plain' }));
  const own = { UserName: 'plain' };
  const absent = `arn:aws:iam::${account}:policy/absent`;
  const tooMany = Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}`, Value: '' }));
  const refusals = [
    [
      new PutUserPolicyCommand({ ...own, PolicyName: 'p', PolicyDocument: '{' }),
      'MalformedPolicyDocumentException',
      'Syntax errors in policy.',
    ],
    [
      new PutUserPolicyCommand({ ...own, PolicyName: 'a b', PolicyDocument: allowing('*') }),
      'ValidationError',
      'The specified value for policyName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    ],
    [
      new PutUserPolicyCommand({
        ...own,
        PolicyName: 'p',
        PolicyDocument: allowing(`s3:${'a'.repeat(2048)}`),
      }),
      'LimitExceededException',
      'Maximum policy size of 2048 bytes exceeded for user plain',
    ],
    [
      new GetUserPolicyCommand({ ...own, PolicyName: 'absent' }),
      'NoSuchEntityException',
      'The user policy with name absent cannot be found.',
    ],
    [
      new AttachUserPolicyCommand({ ...own, PolicyArn: 'longpolicynamebutnoarn' }),
      'ValidationError',
      'ARN longpolicynamebutnoarn is not valid.',
    ],
    [
      new AttachUserPolicyCommand({ ...own, PolicyArn: absent }),
      'NoSuchEntityException',
      `Policy ${absent} does not exist or is not attachable.`,
    ],
    [
      new PutUserPermissionsBoundaryCommand({ ...own, PermissionsBoundary: absent }),
      'NoSuchEntityException',
      `Scope ARN: ${absent} does not exist or is not attachable.`,
    ],
    [
      new PutUserPermissionsBoundaryCommand({
        ...own,
        PermissionsBoundary: `arn:aws:iam::${account}:not_a_policy/invalid`,
      }),
      'InvalidInputException',
      `ARN arn:aws:iam::${account}:not_a_policy/invalid is not valid.`,
    ],
    [
      new CreatePolicyCommand({
        PolicyName: 'p',
        PolicyDocument: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
      }),
      'MalformedPolicyDocumentException',
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [
      new GetPolicyVersionCommand({ PolicyArn: readOnly, VersionId: '1' }),
      'ValidationError',
      "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
    ],
    [
      new DeletePolicyCommand({ PolicyArn: readOnly }),
      'AccessDenied',
      'Cannot delete policies outside your own account.',
    ],
    [
      new TagUserCommand({ ...own, Tags: tooMany }),
      'ValidationError',
      "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ],
    [
      new TagUserCommand({
        ...own,
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      }),
      'InvalidInputException',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      new UntagUserCommand({ ...own, TagKeys: ['?'] }),
      'ValidationError',
      "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must not be null]",
    ],
  ] as const;
  for (const [command, name, message] of refusals) {
    // Every command has another type of answer; here none answers.
    await assert.rejects(root.send(command as GetPolicyCommand), { name, message });
  }
});
