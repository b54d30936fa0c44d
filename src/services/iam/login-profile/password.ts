import { type Call, matchSealedPassword, sealPassword } from '#services/operation';
import type { AccountDocument, LoginProfileDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { checkPassword, violation } from './password-rules.ts';

/** The longest memory a password policy may ask for, the present password included. */
const rememberedHashes = 24;

/**
 * The profile with a new password in place of the old one, which is remembered.
 * Throws PasswordPolicyViolation for one that breaks a rule or was used too recently.
 */
export async function withPassword(
  profile: LoginProfileDocument,
  password: string,
  account: AccountDocument,
  call: Call,
): Promise<LoginProfileDocument> {
  checkPassword(password, account);
  const remembered = [profile.sealedHash, ...profile.previousSealedHashes];
  for (const sealedHash of remembered.slice(0, account.passwordPolicy?.reusePrevention ?? 0)) {
    if (await matchSealedPassword(password, profile.id, sealedHash, call)) throw violation();
  }
  return {
    ...profile,
    sealedHash: await sealPassword(password, profile.id, call),
    previousSealedHashes: remembered.slice(0, rememberedHashes - 1),
    changedAt: call.now,
  };
}

/**
 * Puts a changed profile in place of the one it was made from. Hashing takes time, in which somebody else may have changed it:
 * INVARIANT: no password is replaced but the one that was looked at. Throws EntityTemporarilyUnmodifiable, or NoSuchEntity when it is gone.
 */
export async function replaceProfile(
  { identity }: Call,
  userName: string,
  before: LoginProfileDocument,
  next: LoginProfileDocument,
): Promise<void> {
  await identity.write(({ state, put }) => {
    const present = state.all('login-profile').get(before.id);
    if (present === undefined) throw noSuchEntity('login profile', userName);
    if (present.sealedHash !== before.sealedHash) {
      throw fault(
        'EntityTemporarilyUnmodifiable',
        `Login Profile for User ${userName} cannot be modified while its password is being changed.`,
      );
    }
    put('login-profile', next);
  });
}
