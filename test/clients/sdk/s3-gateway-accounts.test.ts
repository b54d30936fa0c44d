import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  DescribeCreateAccountStatusCommand,
  DetachPolicyCommand,
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
  type S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { type StartedGateway, startGateway } from '../../gateway-fixture.ts';
import { type AddedUser, addUser, allow } from '../../principals.ts';
import { credentialsOf } from '../../started-service.ts';

const Bucket = 'photos';
const RoleName = 'visitor';
let gateway: StartedGateway;
let root: S3Client;
/** A member of the first account's organization, and a user there who may do everything. */
let member: string;
let admin: AddedUser;

before(async () => {
  gateway = await startGateway();
  const { service } = gateway;
  root = gateway.s3(service.root);
  await root.send(new PutObjectCommand({ Bucket, Key: 'shared/a', Body: 'shared' }));
  const organizations = service.organizations(service.root);
  await organizations.send(new CreateOrganizationCommand({}));
  const { CreateAccountStatus: started } = await organizations.send(
    new CreateAccountCommand({ AccountName: 'member', Email: 'member@example.com' }),
  );
  const { CreateAccountStatus: done } = await organizations.send(
    new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: started?.Id }),
  );
  member = done?.AccountId ?? '';
  admin = await addUser(service, 'admin', { account: member, policy: allow('*') });
});
after(() => gateway.stop());

/** A role of the member that may read everything, as far as it depends on the role. */
async function createRole(): Promise<void> {
  const iam = gateway.service.iam(admin.credentials);
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: member }, Action: 'sts:AssumeRole' }],
  });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument: allow('s3:GetObject') }),
  );
}

async function deleteRole(): Promise<void> {
  const iam = gateway.service.iam(admin.credentials);
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

async function assume(): Promise<S3Client> {
  const answer = await gateway.service.sts(admin.credentials).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${member}:role/${RoleName}`,
      RoleSessionName: 'visit',
    }),
  );
  return gateway.s3(credentialsOf(answer));
}

function opening(principal: string | object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' },
    ],
  });
}

const putPolicy = (principal: string | object, client = root) =>
  client.send(new PutBucketPolicyCommand({ Bucket, Policy: opening(principal) }));

async function shownPrincipal(): Promise<unknown> {
  const { Policy = '' } = await root.send(new GetBucketPolicyCommand({ Bucket }));
  return (JSON.parse(Policy) as { Statement: [{ Principal: unknown }] }).Statement[0].Principal;
}

async function get(client: S3Client, Key = 'shared/a', bucket = Bucket): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

/** The refusal of a read, which says why. */
function denial(why: string) {
  const who = `arn:aws:sts::${member}:assumed-role/${RoleName}/visit`;
  return {
    name: 'AccessDenied',
    message: `User: ${who} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/shared/a" because ${why}`,
  };
}

const noBucketPolicy = () => denial('no resource-based policy allows the s3:GetObject action');
const noRolePolicy = () => denial('no identity-based policy allows the s3:GetObject action');

describe('a bucket of one account and a role of another', () => {
  const role = () => ({ AWS: `arn:aws:iam::${member}:role/${RoleName}` });

  test('meet when both sides allow it', async () => {
    await createRole();
    const visitor = await assume();
    await assert.rejects(get(visitor), noBucketPolicy());
    await putPolicy(role());
    assert.equal(await get(visitor), 'shared');
    const iam = gateway.service.iam(admin.credentials);
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    await assert.rejects(get(await assume()), noRolePolicy());
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument: allow('s3:GetObject') }),
    );
    assert.equal(await get(await assume()), 'shared');
  });

  test('meet when the policy names the whole account, or the one session', async () => {
    const visitor = await assume();
    for (const AWS of [member, `arn:aws:sts::${member}:assumed-role/${RoleName}/visit`]) {
      await putPolicy({ AWS });
      assert.equal(await get(visitor), 'shared', AWS);
    }
    await putPolicy({ AWS: `arn:aws:sts::${member}:assumed-role/${RoleName}/another` });
    await assert.rejects(get(visitor), noBucketPolicy());
  });

  test('are strangers again once the role is deleted, also for one of the same name', async () => {
    await putPolicy(role());
    assert.deepEqual(await shownPrincipal(), role());
    await deleteRole();
    const shown = (await shownPrincipal()) as { AWS: string };
    assert.match(shown.AWS, /^AROA[A-Z0-9]{17}$/);
    await createRole();
    await assert.rejects(get(await assume()), noBucketPolicy());
    assert.deepEqual(await shownPrincipal(), shown);
    await putPolicy(role());
    assert.equal(await get(await assume()), 'shared');
  });

  test('are no matter for a policy that names who is not there', async () => {
    await assert.rejects(putPolicy({ AWS: `arn:aws:iam::${member}:role/nobody` }), {
      name: 'MalformedPolicy',
      message: 'Invalid principal in policy',
    });
    assert.deepEqual(await shownPrincipal(), role());
  });

  test('have no say in each other’s bucket policies', async () => {
    await assert.rejects(putPolicy('*', gateway.s3(admin.credentials)), {
      name: 'AccessDenied',
    });
  });
});

describe('the resource control policies of the owner', () => {
  let own: S3Client;
  before(async () => {
    own = gateway.s3(admin.credentials);
    await own.send(new CreateBucketCommand({ Bucket: 'members-own' }));
    await own.send(new PutObjectCommand({ Bucket: 'members-own', Key: 'a', Body: 'a' }));
  });

  test('bind its buckets, whoever asks, and nobody else’s', async () => {
    const organizations = gateway.service.organizations(gateway.service.root);
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    const type = 'RESOURCE_CONTROL_POLICY';
    await organizations.send(new EnablePolicyTypeCommand({ RootId: Roots?.[0]?.Id, PolicyType: type }));
    assert.equal(await get(own, 'a', 'members-own'), 'a');
    const { Policy } = await organizations.send(
      new CreatePolicyCommand({
        Name: 'nothing-is-read',
        Description: 'reads',
        Type: type,
        Content: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: '*' }],
        }),
      }),
    );
    const attachment = { PolicyId: Policy?.PolicySummary?.Id, TargetId: member };
    await organizations.send(new AttachPolicyCommand(attachment));
    await assert.rejects(get(own, 'a', 'members-own'), {
      name: 'AccessDenied',
      message: `User: ${admin.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::members-own/a" with an explicit deny in a resource control policy`,
    });
    assert.equal(await get(root), 'shared');
    await organizations.send(new DetachPolicyCommand(attachment));
    assert.equal(await get(own, 'a', 'members-own'), 'a');
  });
});

describe('the owner of a bucket', () => {
  const policyOf = (...Statement: readonly object[]) =>
    new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  const bucketArn = `arn:aws:s3:::${Bucket}`;

  test('is the one that a client expects, or the client is refused', async () => {
    const expecting = (ExpectedBucketOwner: string) =>
      root.send(new GetObjectCommand({ Bucket, Key: 'shared/a', ExpectedBucketOwner }));
    assert.equal((await expecting(gateway.service.accountId)).$metadata.httpStatusCode, 200);
    await assert.rejects(expecting(member), { name: 'AccessDenied', message: 'Access Denied' });
  });

  test('alone finds it in a listing, and keeps it when another account makes one of its name', async () => {
    const theirs = gateway.s3(admin.credentials);
    await theirs.send(new CreateBucketCommand({ Bucket: 'theirs' }));
    const names = async (client: S3Client) =>
      (await client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
    assert.deepEqual(await names(theirs), ['members-own', 'theirs']);
    assert.equal((await names(root))?.includes('theirs'), false);
    await assert.rejects(root.send(new CreateBucketCommand({ Bucket: 'theirs' })), {
      name: 'BucketAlreadyExists',
    });
  });

  test('alone sees its policy, whatever the policy says', async () => {
    const Principal = { AWS: member };
    await root.send(
      policyOf({ Effect: 'Allow', Principal, Action: 's3:GetBucketPolicy', Resource: bucketArn }),
    );
    const theirs = gateway.s3(admin.credentials);
    await assert.rejects(theirs.send(new GetBucketPolicyCommand({ Bucket })), {
      name: 'MethodNotAllowed',
      message: 'The specified method is not allowed against this resource.',
    });
  });

  test('as root can take back a policy that shuts everybody out, and nothing else', async () => {
    const Resource = [bucketArn, `${bucketArn}/*`];
    await root.send(policyOf({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource }));
    await assert.rejects(get(root), { name: 'AccessDenied' });
    await root.send(new DeleteBucketPolicyCommand({ Bucket }));
    assert.equal(await get(root), 'shared');
  });
});
