import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type SessionClaims, SessionTokenError } from './claims.ts';
import { decodeClaims, encodeClaims, invalid } from './codec.ts';
import type { TokenKey } from './token-key.ts';

const version = 1;
const headerBytes = 5;
const nonceBytes = 12;
const tagBytes = 16;
/** The most characters a session token has. */
export const tokenLimit = 4096;
const overheadBytes = headerBytes + nonceBytes + tagBytes;
/** What policies, ARNs and tags may take of a token, packed; the rest is for what every session has, at its longest. */
const packedLimitBytes = 2300;

/**
 * Seals the claims of a session: version, key id, nonce, AES-256-GCM ciphertext and tag, in base64.
 * `nonce` is twelve fresh random bytes. The access key id is authenticated, so a token opens with its own key id only.
 * Throws SessionTokenError PackedPolicyTooLarge when the token would be longer than 4096 characters.
 */
export function sealToken(claims: SessionClaims, key: TokenKey, nonce: Uint8Array): string {
  if (nonce.length !== nonceBytes) throw new RangeError('a nonce is twelve bytes');
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(version, 0);
  header.writeUInt32BE(Number.parseInt(key.id, 16), 1);
  const cipher = createCipheriv('aes-256-gcm', key.sealing, nonce);
  cipher.setAAD(authenticated(header, claims.accessKeyId));
  const sealed = Buffer.concat([
    header,
    nonce,
    cipher.update(encodeClaims(claims)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const token = sealed.toString('base64');
  if (token.length > tokenLimit) {
    throw new SessionTokenError('PackedPolicyTooLarge', 'Serialized token too large for session');
  }
  return token;
}

/** The id of the key a token says it was sealed with, or undefined when the text is no token. Nothing is proven by it. */
export function tokenKeyId(token: string): string | undefined {
  const bytes = tokenBytes(token);
  return bytes?.readUInt32BE(1).toString(16).padStart(8, '0');
}

/**
 * The claims of a token, proven to have been sealed with this key for this access key id. Whether they have expired is the caller's question.
 * Throws SessionTokenError TokenInvalid.
 */
export function openToken(
  token: string,
  accessKeyId: SessionClaims['accessKeyId'],
  key: TokenKey,
): SessionClaims {
  const bytes = tokenBytes(token);
  if (bytes === undefined) throw invalid();
  const header = bytes.subarray(0, headerBytes);
  const nonce = bytes.subarray(headerBytes, headerBytes + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.sealing, nonce, { authTagLength: tagBytes });
  decipher.setAAD(authenticated(header, accessKeyId));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  let plain: Buffer;
  try {
    plain = Buffer.concat([
      decipher.update(bytes.subarray(headerBytes + nonceBytes, bytes.length - tagBytes)),
      decipher.final(),
    ]);
  } catch {
    // Node says only that the tag did not fit; the caller is told no more than that.
    throw invalid();
  }
  return decodeClaims(plain, accessKeyId);
}

/**
 * How much of the token's space for policies, ARNs and tags these take, once packed: the percentage, rounded up, over 100 when too much
 * (STS API Reference, "PackedPolicySize").
 */
export function packedSize(claims: Pick<SessionClaims, 'policy' | 'policyArns' | 'tags'>): {
  readonly percent: number;
} {
  const rest = {
    kind: 'assumed-role',
    account: '' as SessionClaims['account'],
    principalId: '',
    issuedAt: 0,
    expiresAt: 0,
    region: '',
  } as const;
  const bytes = encodeClaims({ ...rest, ...claims }).length - encodeClaims(rest).length;
  return { percent: Math.max(1, Math.ceil((bytes * 100) / packedLimitBytes)) };
}

function authenticated(header: Uint8Array, accessKeyId: string): Buffer {
  return Buffer.concat([header, Buffer.from(accessKeyId)]);
}

/** The bytes of a text that has the outer form of a token. */
function tokenBytes(token: string): Buffer | undefined {
  if (token.length > tokenLimit || token.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(token, 'base64');
  // One token has one spelling: base64 that decodes alike but is written otherwise is not it.
  if (bytes.length <= overheadBytes || bytes[0] !== version || bytes.toString('base64') !== token)
    return undefined;
  return bytes;
}
