/**
 * Accounts, users, roles and MFA devices put straight into a started service's store, for tests that are about something else
 * than how these are made.
 */
import { randomBytes } from 'node:crypto';
import { iamArn } from '#core/arn';
import {
  type AccountId,
  createAccessKeyId,
  createSecretAccessKey,
  createUniqueId,
  type UniqueId,
} from '#core/identifiers';
import { totpCode, totpStep } from '#core/totp';
import type { AccessKeyDocument, IdentityState, RoleDocument, Tag, UserDocument } from '#stores/identity';
import type { Credentials, StartedService } from './started-service.ts';

/** Statements that allow these actions on everything. */
export function allow(...actions: readonly string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });
}

interface Given {
  readonly account?: string;
  readonly path?: string;
  readonly policy?: string;
  readonly attachedPolicies?: readonly string[];
  readonly permissionsBoundary?: string;
  readonly tags?: readonly Tag[];
}

export interface AddedUser {
  readonly user: UserDocument;
  readonly arn: string;
  readonly key: AccessKeyDocument;
  readonly credentials: Credentials;
}

/** A user with an access key. */
export async function addUser(service: StartedService, name: string, given: Given = {}): Promise<AddedUser> {
  const { house } = service;
  const account = (given.account ?? service.accountId) as AccountId;
  const user: UserDocument = {
    id: createUniqueId('AIDA', randomBytes),
    account,
    name,
    path: given.path ?? '/',
    createdAt: service.now(),
    tags: given.tags ?? [],
    groups: [],
    ...policiesOf(given),
  };
  const id = createAccessKeyId('AKIA', account, randomBytes);
  const secretAccessKey = createSecretAccessKey(randomBytes);
  const key: AccessKeyDocument = {
    id,
    account,
    owner: user.id,
    status: 'Active',
    createdAt: service.now(),
    sealedSecret: house.box.seal(secretAccessKey, `access-key:${id}`),
  };
  await house.identity.write(({ put }) => {
    put('user', user);
    put('access-key', key);
  });
  return {
    user,
    key,
    arn: iamArn(account, 'user', user.path, name),
    credentials: { accessKeyId: id, secretAccessKey },
  };
}

export interface AddedRole {
  readonly role: RoleDocument;
  readonly arn: string;
}

/** What a trust policy may say besides its principals. */
export interface Trust {
  readonly principals: readonly string[];
  readonly actions?: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A role that trusts these principals; they are bound to their unique ids, as IAM does. */
export async function addRole(
  service: StartedService,
  name: string,
  trust: Trust,
  given: Given & { readonly maxSessionDurationSeconds?: number } = {},
): Promise<AddedRole> {
  const { house } = service;
  const account = (given.account ?? service.accountId) as AccountId;
  const trustPolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: trust.principals },
        Action: trust.actions ?? ['sts:AssumeRole'],
        ...(trust.condition === undefined ? {} : { Condition: trust.condition }),
      },
    ],
  });
  const role: RoleDocument = {
    id: createUniqueId('AROA', randomBytes),
    account,
    name,
    path: given.path ?? '/',
    createdAt: service.now(),
    tags: given.tags ?? [],
    maxSessionDurationSeconds: given.maxSessionDurationSeconds ?? 3600,
    trustPolicy,
    trustedIds: boundIds(house.identity.state, trust.principals),
    ...policiesOf(given),
  };
  await house.identity.write(({ put }) => put('role', role));
  return { role, arn: iamArn(account, 'role', role.path, name) };
}

function policiesOf({ policy, attachedPolicies = [], permissionsBoundary }: Given) {
  return {
    inlinePolicies: policy === undefined ? {} : { own: policy },
    attachedPolicies,
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
  };
}

function boundIds(state: IdentityState, principals: readonly string[]): Record<string, UniqueId> {
  const found = principals.flatMap((arn): (readonly [string, UniqueId])[] => {
    const [, account = '', kind, name = ''] =
      /^arn:aws:iam::(\d+):(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
    if (kind !== 'user' && kind !== 'role') return [];
    const id = state.all(kind).named(account, name)?.id;
    return id === undefined ? [] : [[arn, id]];
  });
  return Object.fromEntries(found);
}

export async function addAccount(service: StartedService, id: string): Promise<void> {
  await service.house.identity.write(({ put }) =>
    put('account', { id: id as AccountId, name: id, email: `${id}@example.com`, createdAt: service.now() }),
  );
}

/** A virtual MFA device of a user; `code` tells what it shows now. */
export async function addMfaDevice(
  service: StartedService,
  user: UserDocument,
): Promise<{ readonly serial: string; readonly code: () => string }> {
  const serial = iamArn(user.account, 'mfa', '/', user.name);
  const seed = randomBytes(64);
  await service.house.identity.write(({ put }) =>
    put('mfa-device', {
      id: serial,
      account: user.account,
      name: user.name,
      path: '/',
      createdAt: service.now(),
      sealedSeed: service.house.box.seal(seed, `mfa-device:${serial}`),
      owner: user.id,
      enabledAt: service.now(),
      tags: [],
    }),
  );
  return { serial, code: () => totpCode(seed, totpStep(service.now())) };
}
