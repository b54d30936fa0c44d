import type { AccessKeyId } from '#core/identifiers';
import {
  deriveSecretAccessKey,
  openToken,
  type SessionClaims,
  SessionTokenError,
  type TokenKey,
  tokenKeyId,
} from '#core/session-token';
import type { Instant } from '#core/time';
import type { IdentityState } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import { type Fault, fault } from '#wire/faults';
import type { Caller } from './caller.ts';

/** Where credentials are looked up: nothing but memory. */
export interface CredentialSource {
  readonly state: IdentityState;
  readonly box: SecretBox;
  readonly findTokenKey: (id: string) => TokenKey | undefined;
  readonly now: Instant;
}

/** A caller whose key and session exist and hold, and the secret their signature is to be checked with. */
export interface Found {
  readonly caller: Caller;
  readonly secretAccessKey: () => string;
}

/** Credentials are unknown, inactive, foreign, or their principal is gone or its account closed. Which of these is not told. */
function invalidCredentials(): Fault {
  return fault('InvalidClientTokenId');
}

/**
 * Finds whose credentials an access key id and a session token are.
 * Throws InvalidClientTokenId, or ExpiredToken for a genuine session that is over.
 */
export function findCaller(source: CredentialSource, accessKeyId: string, token: string | undefined): Found {
  const found =
    token === undefined ? byAccessKey(source, accessKeyId) : bySession(source, accessKeyId, token);
  refuseClosed(found.caller);
  return found;
}

/**
 * The caller of a session that was proven before, as of now. Whether its time is over is asked by whoever remembers it.
 * Throws InvalidClientTokenId when it was ended, its principal is gone or its account closed.
 */
export function findCallerOfSession(state: IdentityState, session: SessionClaims): Caller {
  refuseEnded(state, session.accessKeyId);
  const caller = callerOf(state, session);
  refuseClosed(caller);
  return caller;
}

/** Nobody acts for an account that is closed, its root included. */
function refuseClosed({ account }: Caller): void {
  if (account.organization?.status === 'SUSPENDED') throw invalidCredentials();
}

/** A session can be ended before its time, by DeleteAccessKey or UpdateAccessKey on the id of its temporary key. */
function refuseEnded(state: IdentityState, accessKeyId: string): void {
  if (state.all('revoked-session').get(accessKeyId) !== undefined) throw invalidCredentials();
}

function byAccessKey({ state, box }: CredentialSource, accessKeyId: string): Found {
  const key = state.all('access-key').get(accessKeyId);
  const account = key === undefined ? undefined : state.all('account').get(key.account);
  if (key === undefined || account === undefined || key.status !== 'Active') throw invalidCredentials();
  const secretAccessKey = (): string =>
    Buffer.from(box.open(key.sealedSecret, `access-key:${key.id}`)).toString();
  if (key.owner === account.id) return { caller: { kind: 'root', account, accessKeyId }, secretAccessKey };
  const user = state.all('user').get(key.owner);
  if (user === undefined) throw invalidCredentials();
  return { caller: { kind: 'user', account, user, accessKeyId }, secretAccessKey };
}

function bySession(source: CredentialSource, accessKeyId: string, token: string): Found {
  const keyId = tokenKeyId(token);
  const key = keyId === undefined ? undefined : source.findTokenKey(keyId);
  if (key === undefined) throw invalidCredentials();
  const session = openSession(token, accessKeyId, key);
  if (source.now >= session.expiresAt * 1000) {
    throw fault('ExpiredToken', 'The security token included in the request is expired');
  }
  refuseEnded(source.state, accessKeyId);
  return {
    caller: callerOf(source.state, session),
    secretAccessKey: () => deriveSecretAccessKey(key, session.accessKeyId),
  };
}

function openSession(token: string, accessKeyId: string, key: TokenKey): SessionClaims {
  try {
    return openToken(token, accessKeyId as AccessKeyId, key);
  } catch (error) {
    if (error instanceof SessionTokenError) throw invalidCredentials();
    throw error;
  }
}

/**
 * The principal of a session, as it is now.
 * INVARIANT: principals are found by unique id, so a user or role made anew under an old name does not inherit its sessions.
 */
function callerOf(state: IdentityState, session: SessionClaims): Caller {
  const account = state.all('account').get(session.account);
  if (account === undefined) throw invalidCredentials();
  const { accessKeyId, principalId } = session;
  switch (session.kind) {
    case 'root-session':
    case 'assumed-root':
      return { kind: 'root', account, accessKeyId, session };
    case 'session-token': {
      const user = state.all('user').get(principalId);
      if (user === undefined) throw invalidCredentials();
      return { kind: 'user', account, user, accessKeyId, session };
    }
    case 'assumed-role': {
      const role = state.all('role').get(principalId);
      if (role === undefined) throw invalidCredentials();
      return { kind: 'assumed-role', account, role, accessKeyId, session };
    }
    case 'federated-user': {
      const issuer = principalId === account.id ? undefined : state.all('user').get(principalId);
      if (issuer === undefined && principalId !== account.id) throw invalidCredentials();
      return { kind: 'federated-user', account, issuer, accessKeyId, session };
    }
  }
}
