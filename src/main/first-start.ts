import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AccessKeyId,
  type AccountId,
  createAccessKeyId,
  createAccountId,
  createSecretAccessKey,
  type RandomBytes,
} from '#core/identifiers';
import type { Instant } from '#core/time';
import type { IdentityStore } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';

/** What an operator may choose for the first account; the rest is made. */
export interface FirstAccount {
  readonly accountName: string;
  readonly accountId: string | undefined;
  readonly rootAccessKey: { readonly id: string; readonly secret: string } | undefined;
}

interface FirstStartPorts {
  readonly identity: IdentityStore;
  readonly box: SecretBox;
  readonly random: RandomBytes;
  readonly now: Instant;
}

/** Creates the management account and its root access key when there is no account yet. Happens once over all nodes of a database. */
export async function createFirstAccount(first: FirstAccount, ports: FirstStartPorts): Promise<void> {
  const { identity, box, random, now } = ports;
  if (hasAccount(identity)) return;
  const account = (first.accountId ?? createAccountId(random)) as AccountId;
  const keyId = (first.rootAccessKey?.id ?? createAccessKeyId('AKIA', account, random)) as AccessKeyId;
  const secret = first.rootAccessKey?.secret ?? createSecretAccessKey(random);
  const sealedSecret = box.seal(secret, `access-key:${keyId}`);
  await identity.write(({ state, put }) => {
    if (state.all('account').count('') > 0) return;
    put('account', {
      id: account,
      name: first.accountName,
      email: `root@${account}.invalid`,
      createdAt: now,
      rootCredentialsPending: true,
    });
    put('access-key', { id: keyId, account, owner: account, status: 'Active', createdAt: now, sealedSecret });
  });
}

function hasAccount(identity: IdentityStore): boolean {
  return identity.state.all('account').count('') > 0;
}

/**
 * Writes `aws-config` and `aws-credentials` for the root of the first account, once: the only place its secret is ever shown.
 * Written before the account is marked as done, so that a crash in between writes them again instead of losing the secret.
 */
export async function writeRootCredentials(
  dataDirectory: string,
  endpoint: string,
  region: string,
  { identity, box }: FirstStartPorts,
): Promise<void> {
  const account = identity.state
    .all('account')
    .list('')
    .find((candidate) => candidate.rootCredentialsPending === true);
  if (account === undefined) return;
  const key = identity.state.all('access-key').list(account.id)[0];
  if (key !== undefined) {
    const secret = Buffer.from(box.open(key.sealedSecret, `access-key:${key.id}`)).toString();
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    await writePrivateFile(
      join(dataDirectory, 'aws-credentials'),
      `[root]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${secret}\n`,
    );
    await writePrivateFile(
      join(dataDirectory, 'aws-config'),
      `[profile root]\nregion = ${region}\nendpoint_url = ${endpoint}\n`,
    );
  }
  await identity.write(({ state, put }) => {
    const present = state.all('account').get(account.id);
    if (present === undefined) return;
    const { rootCredentialsPending: _done, ...rest } = present;
    put('account', rest);
  });
}

/** Writes a file that only its owner can read, whole or not at all, and durably. */
async function writePrivateFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
