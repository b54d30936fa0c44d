import type { SecretBox } from '#stores/keyring';
import { KeyringError } from '#stores/keyring';

/** Seals the reason of a denial so that only the same account can read it, through DecodeAuthorizationMessage. */
export function sealAuthorizationMessage(box: SecretBox, account: string, message: string): string {
  return box.seal(message, contextOf(account));
}

/** The reason of a denial, or undefined when the text is no message sealed for that account. */
export function openAuthorizationMessage(
  box: SecretBox,
  account: string,
  sealed: string,
): string | undefined {
  try {
    return Buffer.from(box.open(sealed, contextOf(account))).toString();
  } catch (error) {
    if (error instanceof KeyringError) return undefined;
    throw error;
  }
}

function contextOf(account: string): string {
  return `authorization-message:${account}`;
}
