import { createHash } from 'node:crypto';
import type { AccessKeyId, AccountId, UniqueId } from '#core/identifiers';
import type {
  AccountDocument,
  LoginProfileDocument,
  MfaDeviceDocument,
  UserDocument,
} from '#stores/identity';
import { type Fault, fault } from '#wire/faults';
import { type UserCaller, userArn } from './caller.ts';
import type { Claim, Moment } from './operation.ts';
import { passwordExpiry } from './sealed-password.ts';

/** How long somebody stays signed in, whatever is renewed meanwhile: as AWS's sessions of people do at most. */
export const longestSignInSeconds = 43_200;

/** A person who has signed in. Whether they still may be is asked each time. */
export interface SignedIn {
  /** Unique id of the user. */
  readonly user: UniqueId;
  readonly account: AccountId;
  /** Whole seconds, as all times here. */
  readonly at: number;
  /** The password that it was done with, without saying which. */
  readonly passwordMark: string;
  /** Present when an MFA code was given, at the same time: the device, likewise. */
  readonly deviceMark?: string;
}

/** A sign-in of now. */
export function signIn(
  profile: LoginProfileDocument,
  device: MfaDeviceDocument | undefined,
  now: number,
): SignedIn {
  return {
    user: profile.id,
    account: profile.account,
    at: Math.floor(now / 1000),
    passwordMark: markOf(profile.sealedHash),
    ...(device === undefined ? {} : { deviceMark: markOf(device.sealedSeed) }),
  };
}

/** The same sign-in once its password has been changed by it. */
export function withNewPassword(signedIn: SignedIn, profile: LoginProfileDocument): SignedIn {
  return { ...signedIn, passwordMark: markOf(profile.sealedHash) };
}

/**
 * Who signed in, as they are in the state of that moment. Throws AccessDenied TOKEN_EXPIRED when it was too long ago,
 * USER_CREDENTIALS_CHANGED when the user, the password or the MFA device it was done with is not that one any more, and
 * PASSWORD_CHANGE_REQUIRED for whatever is no change of a password that has to be changed.
 */
export function signedInCaller(
  signedIn: SignedIn,
  { state, region, now }: Moment,
  purpose: 'anything' | 'password change' = 'anything',
): UserCaller {
  const { at, deviceMark } = signedIn;
  const expiresAt = at + longestSignInSeconds;
  if (now >= expiresAt * 1000) throw sessionOver();
  const user = state.all('user').get(signedIn.user);
  const profile = state.all('login-profile').get(signedIn.user);
  const account = state.all('account').get(signedIn.account);
  if (user === undefined || profile === undefined || account === undefined) throw credentialsChanged();
  // Nobody acts for an account that is closed.
  if (account.organization?.status === 'SUSPENDED') throw credentialsChanged();
  if (markOf(profile.sealedHash) !== signedIn.passwordMark) throw credentialsChanged();
  if (purpose === 'anything') refuseStale(account, profile, now);
  const hasDevice =
    deviceMark === undefined ||
    state
      .all('mfa-device')
      .owned(user.id)
      .some(({ sealedSeed }) => markOf(sealedSeed) === deviceMark);
  if (!hasDevice) throw credentialsChanged();
  return {
    kind: 'user',
    account,
    user,
    accessKeyId: '',
    session: {
      kind: 'session-token',
      accessKeyId: '' as AccessKeyId,
      account: account.id,
      principalId: user.id,
      issuedAt: at,
      expiresAt,
      ...(deviceMark === undefined ? {} : { mfaAt: at }),
      region,
    },
  };
}

function refuseStale(account: AccountDocument, profile: LoginProfileDocument, now: number): void {
  const expiry = passwordExpiry(account, profile);
  if (!profile.resetRequired && (expiry === undefined || now < expiry)) return;
  throw fault('AccessDenied', 'The password has to be changed before it is good for anything else.', {
    error: 'PASSWORD_CHANGE_REQUIRED',
  });
}

/** The user of an account, as a record of what was refused names them. */
export function claimOf(account: AccountId, user: UserDocument | undefined): Claim {
  return user === undefined
    ? { account }
    : { account, user: { principalId: user.id, arn: userArn(user), userName: user.name } };
}

/** What is sealed, hashed: it changes whenever that is sealed anew, and says nothing of it. */
function markOf(sealed: string): string {
  return createHash('sha256').update(sealed).digest().subarray(0, 16).toString('base64url');
}

function sessionOver(): Fault {
  return fault('AccessDenied', 'The session has expired. Sign in again.', { error: 'TOKEN_EXPIRED' });
}

function credentialsChanged(): Fault {
  return fault(
    'AccessDenied',
    "The user's credentials have changed since the sign-in, or are gone. Sign in again.",
    { error: 'USER_CREDENTIALS_CHANGED' },
  );
}
