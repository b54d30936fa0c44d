import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  EnableOrganizationsRootCredentialsManagementCommand,
  EnableOrganizationsRootSessionsCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetLoginProfileCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  DescribeCreateAccountStatusCommand,
  EnableAWSServiceAccessCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  AssumeRootCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import type { AccountId } from '#core/identifiers';
import { createAccessKeyId, createSecretAccessKey } from '#core/identifiers';
import { type StartedGateway, startGateway } from '../../gateway-fixture.ts';
import { type AddedUser, addRole, addUser, allow } from '../../principals.ts';
import { type Credentials, credentialsOf } from '../../started-service.ts';

const task = (name: string) => `arn:aws:iam::aws:policy/root-task/${name}`;
const audit = 'IAMAuditRootUserCredentials';
const deletion = 'IAMDeleteRootUserCredentials';
const recovery = 'IAMCreateRootUserPassword';
const unlocking = 'S3UnlockBucketPolicy';
const Bucket = 'locked';

let gateway: StartedGateway;
let member: string;
let memberRoot: string;
let ada: AddedUser;
let memberAdmin: AddedUser;
let rootId: string;

/** An organization with root access, a member with a bucket, and a user of the management account who may assume its root. */
before(async () => {
  gateway = await startGateway();
  const { service } = gateway;
  const organizations = service.organizations(service.root);
  await organizations.send(new CreateOrganizationCommand({}));
  await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: 'iam.amazonaws.com' }));
  const iam = service.iam(service.root);
  await iam.send(new EnableOrganizationsRootCredentialsManagementCommand({}));
  await iam.send(new EnableOrganizationsRootSessionsCommand({}));
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  rootId = Roots?.[0]?.Id ?? '';
  const { CreateAccountStatus: started } = await organizations.send(
    new CreateAccountCommand({ AccountName: 'member', Email: 'member@example.com' }),
  );
  const { CreateAccountStatus: done } = await organizations.send(
    new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: started?.Id }),
  );
  member = done?.AccountId ?? '';
  memberRoot = `arn:aws:iam::${member}:root`;
  ada = await addUser(service, 'ada', { policy: allow('sts:AssumeRoot') });
  memberAdmin = await addUser(service, 'admin', { account: member, policy: allow('*') });
});
after(() => gateway.stop());

async function assumeRoot(name: string, caller: Credentials = ada.credentials): Promise<Credentials> {
  const command = new AssumeRootCommand({ TargetPrincipal: member, TaskPolicyArn: { arn: task(name) } });
  return credentialsOf(await gateway.service.sts(caller).send(command));
}

async function iamAs(name: string): Promise<IAMClient> {
  return gateway.service.iam(await assumeRoot(name));
}

function deniedTo(action: string, resource = '*') {
  const on = resource === '*' ? '' : ` on resource: ${resource}`;
  return {
    name: 'AccessDenied',
    message: `User: ${memberRoot} is not authorized to perform: ${action}${on} with an explicit deny in an identity-based policy`,
  };
}

/** A root access key of the member, as one it had before. */
async function addRootKey(): Promise<string> {
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
  const id = createAccessKeyId('AKIA', member as AccountId, random);
  const { house } = gateway.service;
  await house.identity.write(({ put }) =>
    put('access-key', {
      id,
      account: member as AccountId,
      owner: member,
      status: 'Active',
      createdAt: 0,
      sealedSecret: house.box.seal(createSecretAccessKey(random), `access-key:${id}`),
    }),
  );
  return id;
}

describe('who may assume a root', () => {
  test('is for their policies to say, by account and by task', async () => {
    const { service } = gateway;
    const nobody = await addUser(service, 'nobody');
    const auditor = await addUser(service, 'auditor', {
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRoot',
            Resource: memberRoot,
            Condition: {
              StringEquals: { 'sts:TaskPolicyArn': task(audit), 'aws:ResourceAccount': member },
            },
          },
        ],
      }),
    });
    await assumeRoot(audit, auditor.credentials);
    const refused = (arn: string) => ({
      name: 'AccessDenied',
      message: `User: ${arn} is not authorized to perform: sts:AssumeRoot on resource: ${memberRoot}`,
    });
    await assert.rejects(assumeRoot(deletion, auditor.credentials), refused(auditor.arn));
    await assert.rejects(assumeRoot(audit, nobody.credentials), refused(nobody.arn));
    await assert.rejects(assumeRoot(audit, memberAdmin.credentials), refused(memberAdmin.arn));
  });

  test('is never a root, nor a user’s session', async () => {
    await assert.rejects(assumeRoot(audit, gateway.service.root), {
      name: 'AccessDenied',
      message: 'Root may not be assumed by root accounts.',
    });
    const session = credentialsOf(
      await gateway.service.sts(ada.credentials).send(new GetSessionTokenCommand({})),
    );
    await assert.rejects(assumeRoot(audit, session), {
      name: 'AccessDenied',
      message: 'Cannot call AssumeRoot with session credentials',
    });
    await assert.rejects(assumeRoot(audit, await assumeRoot(audit)), {
      name: 'AccessDenied',
      message: 'Root may not be assumed by root accounts.',
    });
  });

  test('asks for what the model allows: a task, a target, and 900 seconds at most', async () => {
    const sts = gateway.service.sts(ada.credentials);
    const TaskPolicyArn = { arn: task(audit) };
    await assert.rejects(
      sts.send(new AssumeRootCommand({ TargetPrincipal: member, TaskPolicyArn, DurationSeconds: 901 })),
      {
        name: 'ValidationError',
        message:
          "1 validation error detected: Value '901' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 900",
      },
    );
    const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await assert.rejects(
      sts.send(new AssumeRootCommand({ TargetPrincipal: member, TaskPolicyArn: { arn } })),
      { name: 'ValidationError', message: `${arn} is invalid` },
    );
    await assert.rejects(
      sts.send(new AssumeRootCommand({ TargetPrincipal: 'root-of-test', TaskPolicyArn })),
      {
        name: 'ValidationError',
        message: 'root-of-test is invalid',
      },
    );
  });
});

describe('a session of a member’s root', () => {
  test('is the root, and audits its credentials', async () => {
    const key = await addRootKey();
    const credentials = await assumeRoot(audit);
    const identity = await gateway.service.sts(credentials).send(new GetCallerIdentityCommand({}));
    assert.deepEqual([identity.Arn, identity.UserId, identity.Account], [memberRoot, member, member]);
    const iam = gateway.service.iam(credentials);
    assert.equal((await iam.send(new GetUserCommand({}))).User?.Arn, memberRoot);
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({}));
    assert.deepEqual(
      AccessKeyMetadata?.map(({ AccessKeyId }) => AccessKeyId),
      [key],
    );
    await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key }));
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    assert.equal(SummaryMap?.AccountAccessKeysPresent, 1);
    assert.deepEqual((await iam.send(new ListMFADevicesCommand({}))).MFADevices, []);
    await assert.rejects(iam.send(new GetLoginProfileCommand({})), {
      name: 'NoSuchEntityException',
      message: 'Login Profile for User root cannot be found.',
    });
  });

  test('does nothing that is not of its task, not even to users', async () => {
    const iam = await iamAs(audit);
    await assert.rejects(iam.send(new ListUsersCommand({})), deniedTo('iam:ListUsers'));
    await assert.rejects(
      iam.send(new CreateUserCommand({ UserName: 'eve' })),
      deniedTo('iam:CreateUser', `arn:aws:iam::${member}:user/eve`),
    );
    await assert.rejects(
      iam.send(new ListAccessKeysCommand({ UserName: 'admin' })),
      deniedTo('iam:ListAccessKeys', memberAdmin.arn),
    );
    await assert.rejects(
      iam.send(new DeleteAccessKeyCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' })),
      deniedTo('iam:DeleteAccessKey', memberRoot),
    );
  });

  test('deletes the credentials of the root, and nobody else’s', async () => {
    const key = await addRootKey();
    const { house } = gateway.service;
    const serial = `arn:aws:iam::${member}:mfa/root-device`;
    await house.identity.write(({ put }) =>
      put('mfa-device', {
        id: serial,
        account: member as AccountId,
        name: 'root-device',
        path: '/',
        createdAt: 0,
        sealedSeed: '',
        owner: member,
        enabledAt: 0,
        tags: [],
      }),
    );
    const iam = await iamAs(deletion);
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: key }));
    assert.equal(house.identity.state.all('access-key').get(key), undefined);
    await iam.send(new DeactivateMFADeviceCommand({ SerialNumber: serial }));
    assert.equal(house.identity.state.all('mfa-device').get(serial)?.owner, undefined);
    await assert.rejects(iam.send(new DeleteLoginProfileCommand({})), {
      name: 'NoSuchEntityException',
      message: 'Login Profile for User root cannot be found.',
    });
    await assert.rejects(
      iam.send(new DeleteLoginProfileCommand({ UserName: 'admin' })),
      deniedTo('iam:DeleteLoginProfile', memberAdmin.arn),
    );
    const { id } = memberAdmin.key;
    await assert.rejects(
      iam.send(new DeleteAccessKeyCommand({ UserName: 'admin', AccessKeyId: id })),
      deniedTo('iam:DeleteAccessKey', memberAdmin.arn),
    );
    // A session of its account has no owner's name: ending one is no credential of the root.
    await assert.rejects(
      iam.send(new DeleteAccessKeyCommand({ AccessKeyId: (await assumeRoot(audit)).accessKeyId })),
      deniedTo('iam:DeleteAccessKey'),
    );
    await assert.rejects(iam.send(new GetAccountSummaryCommand({})), deniedTo('iam:GetAccountSummary'));
  });

  test('cannot have a password recovered, as no root signs in with one', async () => {
    const iam = await iamAs(recovery);
    await assert.rejects(iam.send(new CreateLoginProfileCommand({})), {
      name: 'UnsupportedOperation',
      message: 'A root signs in with no password here, so that it can recover none.',
    });
    await assert.rejects(
      iam.send(new CreateLoginProfileCommand({ UserName: 'admin', Password: 'Correct-Horse-1' })),
      deniedTo('iam:CreateLoginProfile', memberAdmin.arn),
    );
  });

  test('gets no further credentials', async () => {
    const sts = gateway.service.sts(await assumeRoot(audit));
    await assert.rejects(sts.send(new GetSessionTokenCommand({})), {
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
    await assert.rejects(sts.send(new GetFederationTokenCommand({ Name: 'eve' })), {
      name: 'AccessDenied',
      message: 'Cannot call GetFederationToken with session credentials',
    });
    const RoleArn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`;
    await assert.rejects(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'eve' })), {
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  test('is bound by the service control policies of the organization, which know it by aws:AssumedRoot', async () => {
    const { service } = gateway;
    const organizations = service.organizations(service.root);
    await organizations.send(
      new EnablePolicyTypeCommand({ RootId: rootId, PolicyType: 'SERVICE_CONTROL_POLICY' }),
    );
    const attach = async (name: string, condition: object): Promise<void> => {
      const { Policy } = await organizations.send(
        new CreatePolicyCommand({
          Name: name,
          Description: '',
          Type: 'SERVICE_CONTROL_POLICY',
          Content: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Deny', Action: 'iam:GetUser', Resource: '*', Condition: condition }],
          }),
        }),
      );
      const PolicyId = Policy?.PolicySummary?.Id ?? '';
      await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId: member }));
    };
    const roots = { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } };
    const iam = await iamAs(audit);
    await attach('roots-but-assumed-ones', { ...roots, Null: { 'aws:AssumedRoot': 'true' } });
    await iam.send(new GetUserCommand({}));
    await attach('all-roots', roots);
    await assert.rejects(iam.send(new GetUserCommand({})), {
      name: 'AccessDenied',
      message: `User: ${memberRoot} is not authorized to perform: iam:GetUser on resource: ${memberRoot} with an explicit deny in a service control policy`,
    });
    await iam.send(new ListAccessKeysCommand({}));
  });

  test('ends before its time by the id of its key', async () => {
    const credentials = await assumeRoot(audit);
    const iam = gateway.service.iam(credentials);
    await iam.send(new ListAccessKeysCommand({}));
    await gateway.service
      .iam(memberAdmin.credentials)
      .send(new DeleteAccessKeyCommand({ AccessKeyId: credentials.accessKeyId }));
    await assert.rejects(iam.send(new ListAccessKeysCommand({})), {
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid',
    });
  });
});

describe('a bucket whose policy denies everybody', () => {
  test('is opened again by the root, and the session reaches nothing else of it', async () => {
    const owner = gateway.s3(memberAdmin.credentials);
    await owner.send(new CreateBucketCommand({ Bucket }));
    await owner.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }));
    const resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
    const lock = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: resource };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [lock] });
    await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await assert.rejects(owner.send(new DeleteBucketPolicyCommand({ Bucket })), {
      name: 'AccessDenied',
      message: `User: ${memberAdmin.arn} is not authorized to perform: s3:DeleteBucketPolicy on resource: "arn:aws:s3:::${Bucket}" with an explicit deny in a resource-based policy`,
    });

    const auditor = gateway.s3(await assumeRoot(audit));
    await assert.rejects(auditor.send(new DeleteBucketPolicyCommand({ Bucket })), {
      name: 'AccessDenied',
      message: `User: ${memberRoot} is not authorized to perform: s3:DeleteBucketPolicy on resource: "arn:aws:s3:::${Bucket}" with an explicit deny in an identity-based policy`,
    });
    const root = gateway.s3(await assumeRoot(unlocking));
    assert.ok((await root.send(new ListBucketsCommand({}))).Buckets?.some(({ Name }) => Name === Bucket));
    assert.equal((await root.send(new GetBucketPolicyCommand({ Bucket }))).Policy, Policy);
    await root.send(new DeleteBucketPolicyCommand({ Bucket }));
    const { Body } = await owner.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    assert.equal(await Body?.transformToString(), 'hello');
    await assert.rejects(root.send(new GetObjectCommand({ Bucket, Key: 'a' })), {
      name: 'AccessDenied',
      message: `User: ${memberRoot} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::${Bucket}/a" with an explicit deny in an identity-based policy`,
    });
    await assert.rejects(root.send(new DeleteBucketPolicyCommand({ Bucket: 'photos' })), {
      name: 'AccessDenied',
    });
  });
});

/** A line of the log, whatever is in it. */
// biome-ignore lint/suspicious/noExplicitAny: the assertions say what it must be.
type Found = any;

/** The records of the log that have that text in them, once everything before is on the disk. */
async function recordsWith(
  text: string,
): Promise<{ readonly all: string; readonly found: readonly Found[] }> {
  const { service } = gateway;
  await service.sts(service.root).send(new GetSessionTokenCommand({}));
  const directory = join(service.dataDirectory, 'audit');
  const files = await Promise.all(
    (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
  );
  const all = files.join('');
  const lines = all.split('\n').filter((line) => line.includes(text));
  return { all, found: lines.map((line) => JSON.parse(line)) };
}

test('the records name the caller in both accounts, and then the assumed root in the member’s', async () => {
  const { service } = gateway;
  const credentials = await assumeRoot(audit);
  await service.iam(credentials).send(new ListAccessKeysCommand({}));
  const { all, found: records } = await recordsWith(credentials.accessKeyId);
  const assumed = records.filter(({ eventName }) => eventName === 'AssumeRoot');
  assert.deepEqual(
    assumed.map(({ userIdentity, recipientAccountId }) => [
      userIdentity.type,
      userIdentity.principalId,
      recipientAccountId,
    ]),
    [
      ['IAMUser', ada.user.id, service.accountId],
      ['AWSAccount', ada.user.id, member],
    ],
  );
  assert.deepEqual(assumed[0].requestParameters, {
    targetPrincipal: member,
    taskPolicyArn: { arn: task(audit) },
  });
  assert.equal(assumed[0].readOnly, false);
  assert.equal(assumed[0].responseElements.credentials.accessKeyId, credentials.accessKeyId);
  assert.ok(!all.includes(credentials.secretAccessKey));
  const [listed] = records.filter(({ eventName }) => eventName === 'ListAccessKeys');
  assert.deepEqual(listed.userIdentity, {
    type: 'Root',
    principalId: member,
    arn: memberRoot,
    accountId: member,
    accessKeyId: credentials.accessKeyId,
    sessionContext: {
      attributes: {
        creationDate: listed.userIdentity.sessionContext.attributes.creationDate,
        mfaAuthenticated: 'false',
      },
      assumedRoot: 'true',
    },
  });
  assert.equal(listed.recipientAccountId, member);
});

test('the session of a role that assumes a root is marked as one, and its source identity goes on', async () => {
  const { service } = gateway;
  const { arn: RoleArn } = await addRole(
    service,
    'rooter',
    { principals: [ada.arn], actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'] },
    { policy: allow('sts:AssumeRoot') },
  );
  const role = credentialsOf(
    await service
      .sts(ada.credentials)
      .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'repair', SourceIdentity: 'ada' })),
  );
  const command = new AssumeRootCommand({ TargetPrincipal: memberRoot, TaskPolicyArn: { arn: task(audit) } });
  const answer = await service.sts(role).send(command);
  assert.equal(answer.SourceIdentity, 'ada');
  const credentials = credentialsOf(answer);
  await service.iam(credentials).send(new ListAccessKeysCommand({}));
  const { found } = await recordsWith(credentials.accessKeyId);
  const [assumed] = found.filter(({ eventName }) => eventName === 'AssumeRoot');
  assert.equal(assumed.userIdentity.type, 'AssumedRole');
  assert.equal(assumed.userIdentity.sessionContext.assumedRoot, 'true');
  assert.equal(assumed.userIdentity.sessionContext.sourceIdentity, 'ada');
  const [listed] = found.filter(({ eventName }) => eventName === 'ListAccessKeys');
  assert.deepEqual(
    [listed.userIdentity.type, listed.userIdentity.sessionContext.sourceIdentity],
    ['Root', 'ada'],
  );
  // What the role's session does else is not marked.
  await service.sts(role).send(new GetCallerIdentityCommand({}));
  const { found: own } = await recordsWith(role.accessKeyId);
  const [looked] = own.filter(({ eventName }) => eventName === 'GetCallerIdentity');
  assert.equal(looked.userIdentity.sessionContext.assumedRoot, undefined);
});
