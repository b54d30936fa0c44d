/** Who and what the tour is about: a user with a second factor, roles of another account, and the principal of resources elsewhere. */
import assert from 'node:assert/strict';
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  type IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { Secret, TOTP } from 'otpauth';
import type { Credentials } from './programs.ts';

/** Ada's key and the secret of her device. */
export interface Ada {
  readonly user: Credentials;
  readonly device: { readonly serial: string; readonly secret: Secret };
}

/** Creates ada, who may assume those roles, with an access key and a virtual MFA device that is enabled. */
export async function createAda(client: IAMClient, roles: string, now: number): Promise<Ada> {
  await client.send(new CreateUserCommand({ UserName: 'ada' }));
  const policy = { UserName: 'ada', PolicyName: 'assume' };
  await client.send(
    new PutUserPolicyCommand({
      ...policy,
      PolicyDocument: allow(['sts:AssumeRole', 'sts:TagSession'], roles),
    }),
  );
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
  const { VirtualMFADevice } = await client.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'ada' }),
  );
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey);
  assert.ok(VirtualMFADevice?.SerialNumber && VirtualMFADevice.Base32StringSeed);
  const secret = Secret.fromBase32(Buffer.from(VirtualMFADevice.Base32StringSeed).toString());
  const codeAt = (timestamp: number) => new TOTP({ secret, digits: 6, period: 30 }).generate({ timestamp });
  await client.send(
    new EnableMFADeviceCommand({
      UserName: 'ada',
      SerialNumber: VirtualMFADevice.SerialNumber,
      AuthenticationCode1: codeAt(now - 30_000),
      AuthenticationCode2: codeAt(now),
    }),
  );
  const user = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  return { user, device: { serial: VirtualMFADevice.SerialNumber, secret } };
}

/** Creates the role of the tour in the other account and returns its ARN. */
export async function createReaderRole(client: IAMClient, trusted: string): Promise<string> {
  const { Policy } = await client.send(
    new CreatePolicyCommand({
      PolicyName: 'users-and-groups',
      PolicyDocument: allow(['iam:*User*', 'iam:*Group*']),
    }),
  );
  const { Role } = await client.send(
    new CreateRoleCommand({
      RoleName: 'reader',
      PermissionsBoundary: Policy?.Arn,
      Tags: [{ Key: 'team', Value: 'lake' }],
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${trusted}:user/ada` },
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: { 'sts:ExternalId': 'lake-42' },
              Bool: { 'aws:MultiFactorAuthPresent': 'true' },
            },
          },
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${trusted}:user/ada` },
            Action: 'sts:TagSession',
          },
        ],
      }),
    }),
  );
  const policy = { RoleName: 'reader', PolicyName: 'read' };
  await client.send(
    new PutRolePolicyCommand({ ...policy, PolicyDocument: allow(['iam:Get*', 'iam:List*']) }),
  );
  assert.ok(Role?.Arn);
  return Role.Arn;
}

/** Creates a role of the other account that trusts ada, and may read the lake and call the API. Returns its ARN. */
export async function createLakeRole(client: IAMClient, trusted: string): Promise<string> {
  const { Role } = await client.send(
    new CreateRoleCommand({
      RoleName: 'lake',
      AssumeRolePolicyDocument: document({
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${trusted}:user/ada` },
        Action: 'sts:AssumeRole',
      }),
    }),
  );
  const PolicyDocument = document(
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake/*' },
    { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' },
  );
  await client.send(new PutRolePolicyCommand({ RoleName: 'lake', PolicyName: 'read', PolicyDocument }));
  assert.ok(Role?.Arn);
  return Role.Arn;
}

/** Creates the user that resources elsewhere act as: it may ask for keys of one Region and two services, for changes, and for buckets. */
export async function createVerifier(client: IAMClient): Promise<Credentials> {
  await client.send(new CreateUserCommand({ UserName: 'resources' }));
  const PolicyDocument = document(
    {
      Effect: 'Allow',
      Action: 'brevet:GetSigningKey',
      Resource: ['s3', 'execute-api'].map((service) => `arn:aws:brevet:us-east-1:*:signing-key/${service}`),
    },
    { Effect: 'Allow', Action: 'brevet:GetChanges', Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['brevet:GetBucket', 'brevet:PutBucketPolicy'],
      Resource: 'arn:aws:brevet::*:bucket/lake',
    },
  );
  await client.send(
    new PutUserPolicyCommand({ UserName: 'resources', PolicyName: 'verify', PolicyDocument }),
  );
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: 'resources' }));
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey);
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}

/** A policy that allows those actions. */
export function allow(actions: readonly string[], resource = '*'): string {
  return document({ Effect: 'Allow', Action: actions, Resource: resource });
}

export function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
