/**
 * Identifiers as AWS shapes them: account ids, access key ids, unique ids, secrets, request ids.
 * Owns their alphabet and layout. It draws no randomness of its own: callers hand in the bytes.
 * Called by every floor.
 */

declare const accountIdBrand: unique symbol;
declare const accessKeyIdBrand: unique symbol;
declare const uniqueIdBrand: unique symbol;

/** Twelve decimal digits. */
export type AccountId = string & { readonly [accountIdBrand]: true };
/** Four letters of kind and sixteen of base32, which carry the account. */
export type AccessKeyId = string & { readonly [accessKeyIdBrand]: true };
/** Four letters of kind and seventeen of base32, never used twice. */
export type UniqueId = string & { readonly [uniqueIdBrand]: true };

/** Returns that many random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

export type AccessKeyPrefix = 'AKIA' | 'ASIA';
export type UniqueIdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'AIPA' | 'ANPA';

const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const accountMask = 0x7fffffffff80n;

/** RFC 4648 §6 base32 without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32Alphabet[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + base32Alphabet[(held << (5 - bits)) & 31];
}

/** The bytes of unpadded RFC 4648 §6 base32 (upper case), or undefined when a character is foreign. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const value = base32Alphabet.indexOf(character);
    if (value < 0) return undefined;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
    held &= (1 << bits) - 1;
  }
  return bytes;
}

export function isAccountId(text: string): text is AccountId {
  return /^[0-9]{12}$/.test(text);
}

/** A twelve-digit account id drawn from random bytes; never begins with 0, so spreadsheets keep it whole. */
export function createAccountId(random: RandomBytes): AccountId {
  const bytes = random(8);
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return String(100_000_000_000n + (value % 900_000_000_000n)) as AccountId;
}

/**
 * A fresh access key id: the prefix, then base32 of one set bit, forty bits of account and thirty-nine random bits,
 * so that the account can be read back from the id as AWS's clients expect.
 */
export function createAccessKeyId(
  prefix: AccessKeyPrefix,
  account: AccountId,
  random: RandomBytes,
): AccessKeyId {
  const bytes = Uint8Array.from(random(10));
  // Forty-eight bits, which a number holds exactly.
  let head = 2 ** 47 + Number(account) * 2 ** 7 + ((bytes[5] ?? 0) & 0x7f);
  for (let index = 5; index >= 0; index--) {
    bytes[index] = head % 256;
    head = Math.floor(head / 256);
  }
  return (prefix + encodeBase32(bytes)) as AccessKeyId;
}

/** The account an access key id was issued for, or undefined when the id does not carry one. */
export function accountOfAccessKeyId(accessKeyId: string): AccountId | undefined {
  if (!/^[A-Z]{4}[Q-Z2-7][A-Z2-7]{15}$/.test(accessKeyId)) return undefined;
  const bytes = decodeBase32(accessKeyId.slice(4));
  if (bytes === undefined) return undefined;
  let head = 0n;
  for (let index = 0; index < 6; index++) head = (head << 8n) | BigInt(bytes[index] ?? 0);
  const account = String((head & accountMask) >> 7n).padStart(12, '0');
  return isAccountId(account) ? account : undefined;
}

/** A fresh unique id of twenty-one characters. */
export function createUniqueId(prefix: UniqueIdPrefix, random: RandomBytes): UniqueId {
  return (prefix + encodeBase32(random(11)).slice(0, 17)) as UniqueId;
}

/** A fresh secret access key: thirty random bytes as forty characters of base64. */
export function createSecretAccessKey(random: RandomBytes): string {
  return btoa(String.fromCharCode(...random(30)));
}

const hexBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** A version 4 UUID (RFC 9562 §5.4) from sixteen random bytes. */
export function createUuid(random: RandomBytes): string {
  const bytes = random(16);
  const hex = (index: number): string => hexBytes[bytes[index] ?? 0] ?? '';
  const version = hexBytes[((bytes[6] ?? 0) & 0x0f) | 0x40] ?? '';
  const variant = hexBytes[((bytes[8] ?? 0) & 0x3f) | 0x80] ?? '';
  return (
    `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${version}${hex(7)}-${variant}${hex(9)}-` +
    `${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`
  );
}
