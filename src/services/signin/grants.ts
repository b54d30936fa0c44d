import { createHash } from 'node:crypto';
import type { AccountId, UniqueId } from '#core/identifiers';
import { openGrant, sealGrant } from '#core/session-token';
import type { Call, Issuing, SignedIn } from '#services/operation';
import { type Fault, fault } from '#wire/faults';

/** What an authorization code is. */
export interface Code {
  readonly signedIn: SignedIn;
  /** The client, redirect and challenge that it is good for. */
  readonly binding: string;
}

/** What a refresh token is. */
export interface Refresh {
  readonly signedIn: SignedIn;
  readonly clientId: string;
  /** Of the key that proves whoever uses it. */
  readonly thumbprint: string;
}

const codeSeconds = 300;
const idBytes = 16;
const nonceBytes = 12;

/** One text of what a code is for, so that it fits all of it or nothing. */
export function bindingOf(parts: {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
}): string {
  const text = JSON.stringify([parts.clientId, parts.redirectUri, parts.challenge]);
  return createHash('sha256').update(text).digest('base64url');
}

export function sealCode({ signedIn, binding }: Code, { now, random, tokenKey }: Issuing): string {
  const id = Buffer.from(random(idBytes)).toString('hex');
  const expiresAt = Math.floor(now / 1000) + codeSeconds;
  const row = [id, expiresAt, binding, ...rowOf(signedIn)];
  return sealGrant('authorization code', row, tokenKey(), random(nonceBytes));
}

/**
 * An authorization code, opened. Throws ValidationException for what is none, and AccessDenied AUTHCODE_EXPIRED for one that is too old.
 */
export function openCode(
  code: string,
  { now, findTokenKey }: Pick<Call, 'now' | 'findTokenKey'>,
): Code & { readonly id: string; readonly expiresAt: number } {
  const opened = openGrant('authorization code', code, findTokenKey);
  if (opened === undefined) throw invalidGrant();
  const [id, expiresAt, binding, ...row] = opened as [string, number, string, ...Row];
  if (now >= expiresAt * 1000) {
    throw fault('AccessDenied', 'The authorization code has expired.', { error: 'AUTHCODE_EXPIRED' });
  }
  return { id, expiresAt: expiresAt * 1000, binding, signedIn: fromRow(row) };
}

export function sealRefresh(
  { signedIn, clientId, thumbprint }: Refresh,
  { random, tokenKey }: Issuing,
): string {
  const row = [clientId, thumbprint, ...rowOf(signedIn)];
  return sealGrant('refresh token', row, tokenKey(), random(nonceBytes));
}

/** A refresh token, opened; whether the sign-in is over is asked of that. Throws ValidationException for what is none. */
export function openRefresh(token: string, { findTokenKey }: Pick<Call, 'findTokenKey'>): Refresh {
  const opened = openGrant('refresh token', token, findTokenKey);
  if (opened === undefined) throw invalidGrant();
  const [clientId, thumbprint, ...row] = opened as [string, string, ...Row];
  return { clientId, thumbprint, signedIn: fromRow(row) };
}

/** The refusal of a code or token that is none, or not for this client, redirect, verifier or key: which of these is not told. */
export function invalidGrant(): Fault {
  return fault(
    'ValidationException',
    'The provided authorization grant is invalid, expired, revoked, or malformed',
    { error: 'INVALID_REQUEST' },
  );
}

type Row = [user: UniqueId, account: AccountId, at: number, passwordMark: string, deviceMark?: string];

function rowOf({ user, account, at, passwordMark, deviceMark }: SignedIn): Row {
  return deviceMark === undefined
    ? [user, account, at, passwordMark]
    : [user, account, at, passwordMark, deviceMark];
}

function fromRow([user, account, at, passwordMark, deviceMark]: Row): SignedIn {
  return { user, account, at, passwordMark, ...(deviceMark === undefined ? {} : { deviceMark }) };
}
