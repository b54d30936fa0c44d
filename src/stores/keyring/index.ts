/**
 * Keys: the master key file, the box that wraps every stored secret with it, and the token keys that rotate beneath it.
 * Owns how secrets look at rest. It never writes a plain secret anywhere but the master key into its own file, and never tells which
 * part of a sealed text was wrong. Called by services (seal and open), the pipeline (token keys) and main.
 */
export { createKeyring, type Keyring, type KeyringOptions, type TokenKeyRecord } from './keyring.ts';
export { KeyringError, type KeyringErrorCode } from './keyring-error.ts';
export { loadMasterKey, type MasterKeyOptions } from './master-key.ts';
export { createSecretBox, type SecretBox } from './secret-box.ts';
