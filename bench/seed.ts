import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AccessKeyId, AccountId, UniqueId } from '#core/identifiers';
import type { RoleDocument, UserDocument } from '#stores/identity';
import { compose } from '../src/main/compose.ts';
import { createFirstAccount } from '../src/main/first-start.ts';
import { accountId, type Caller, roleName } from './load/requests.ts';

const rolesPerWrite = 5000;
const createdAt = Date.UTC(2026, 0, 1);

/** What a role of these benchmarks looks like: one trusted user, one inline and one attached policy, one tag. */
export function exampleRole(index: number, caller: UserDocument): RoleDocument {
  const callerArn = `arn:aws:iam::${accountId}:user/${caller.name}`;
  return {
    id: `AROA${index.toString(36).toUpperCase().padStart(17, '0')}` as UniqueId,
    account: accountId as AccountId,
    name: roleName(index),
    path: '/',
    createdAt,
    inlinePolicies: {
      bucket: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::bucket-${index}/*` }],
      }),
    },
    attachedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    tags: [{ key: 'team', value: `team-${index % 50}` }],
    maxSessionDurationSeconds: 3600,
    trustPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: callerArn }, Action: 'sts:AssumeRole' }],
    }),
    trustedIds: { [callerArn]: caller.id },
  };
}

/** Fills a new data directory: one account, one user who may assume every role, and that many roles. Returns the user's key. */
export async function seedDataDirectory(dataDirectory: string, roles: number): Promise<Caller> {
  const house = await compose({
    dataDirectory,
    masterKeyFile: join(dataDirectory, 'master.key'),
    createMasterKey: true,
    databaseUrl: undefined,
    domain: undefined,
    publicUrl: () => 'http://127.0.0.1:4592',
    writer: 'seed',
    onAnswered: () => undefined,
    onBackgroundError: (error) => {
      throw error;
    },
  });
  const { identity, box } = house;
  await createFirstAccount(
    { accountName: 'bench', accountId, rootAccessKey: undefined },
    { identity, box, random: randomBytes, now: createdAt },
  );
  const caller = {
    accessKeyId: 'AKIABENCHBENCHBENCHB',
    secretAccessKey: 'bench+secret/of+no+value0000000000000000',
  };
  const user: UserDocument = {
    id: 'AIDABENCHBENCHBENCHBE' as UniqueId,
    account: accountId as AccountId,
    name: 'caller',
    path: '/',
    createdAt,
    inlinePolicies: {
      assume: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${accountId}:role/*` },
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: `arn:aws:execute-api:us-east-1:${accountId}:default/default/GET/orders/*`,
          },
          { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::bench/*' },
        ],
      }),
    },
    attachedPolicies: [],
    tags: [],
    groups: [],
  };
  await identity.write(({ put }) => {
    put('user', user);
    put('access-key', {
      id: caller.accessKeyId as AccessKeyId,
      account: accountId as AccountId,
      owner: user.id,
      status: 'Active',
      createdAt,
      sealedSecret: box.seal(caller.secretAccessKey, `access-key:${caller.accessKeyId}`),
    });
  });
  for (let start = 0; start < roles; start += rolesPerWrite) {
    await identity.write(({ put }) => {
      for (let index = start; index < Math.min(roles, start + rolesPerWrite); index++)
        put('role', exampleRole(index, user));
    });
  }
  await house.close();
  return caller;
}
