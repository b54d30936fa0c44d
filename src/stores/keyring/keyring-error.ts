export type KeyringErrorCode =
  /** The master key file is missing, unreadable, of the wrong size, or open to others. */
  | 'MasterKeyUnusable'
  /** A sealed text was sealed by another master key, for another purpose, or was changed. */
  | 'SecretUnreadable'
  /** There is no token key yet. */
  | 'NoTokenKey';

/** A key could not be used. The message names files and purposes, never key material. */
export class KeyringError extends Error {
  readonly code: KeyringErrorCode;

  constructor(code: KeyringErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'KeyringError';
    this.code = code;
  }
}
