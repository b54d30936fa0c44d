import type { RandomBytes } from '#core/identifiers';
import { hashPassword, matchPassword, passwordSaltBytes } from '#core/password';
import type { Instant } from '#core/time';
import type { AccountDocument, LoginProfileDocument } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';

const dayMs = 86_400_000;

function contextOf(userId: string): string {
  return `login-profile:${userId}`;
}

/** The hash of a new password, sealed for that user: without the master key a copied database is no list to guess at. */
export async function sealPassword(
  password: string,
  userId: string,
  { box, random }: { readonly box: SecretBox; readonly random: RandomBytes },
): Promise<string> {
  return box.seal(await hashPassword(password, random(passwordSaltBytes)), contextOf(userId));
}

/** Whether a password is the one that was sealed for that user. */
export async function matchSealedPassword(
  password: string,
  userId: string,
  sealedHash: string,
  { box }: { readonly box: SecretBox },
): Promise<boolean> {
  return matchPassword(password, Buffer.from(box.open(sealedHash, contextOf(userId))).toString());
}

/** When a password has to be changed, or undefined when the account lets passwords grow old. */
export function passwordExpiry(account: AccountDocument, profile: LoginProfileDocument): Instant | undefined {
  const days = account.passwordPolicy?.maxAgeDays;
  return days === undefined ? undefined : profile.changedAt + days * dayMs;
}
