import { type SessionClaims, SessionTokenError } from './claims.ts';
import { decodeClaims, encodeClaims, invalid } from './codec.ts';
import { openBytes, sealBytes, sealedBytes, sealingKeyId } from './envelope.ts';
import type { TokenKey } from './token-key.ts';

/** The most characters a session token has. */
export const tokenLimit = 4096;
/** What policies, ARNs and tags may take of a token, packed; the rest is for what every session has, at its longest. */
const packedLimitBytes = 2300;

/**
 * Seals the claims of a session, in base64.
 * `nonce` is twelve fresh random bytes. The access key id is authenticated, so a token opens with its own key id only.
 * Throws SessionTokenError PackedPolicyTooLarge when the token would be longer than 4096 characters.
 */
export function sealToken(claims: SessionClaims, { id, sealing }: TokenKey, nonce: Uint8Array): string {
  const sealed = sealBytes(encodeClaims(claims), claims.accessKeyId, { id, key: sealing }, nonce);
  const token = sealed.toString('base64');
  if (token.length > tokenLimit) {
    throw new SessionTokenError('PackedPolicyTooLarge', 'Serialized token too large for session');
  }
  return token;
}

/** The id of the key a token says it was sealed with, or undefined when the text is no token. Nothing is proven by it. */
export function tokenKeyId(token: string): string | undefined {
  const bytes = tokenBytes(token);
  return bytes === undefined ? undefined : sealingKeyId(bytes);
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
  const plain = bytes === undefined ? undefined : openBytes(bytes, accessKeyId, key.sealing);
  if (plain === undefined) throw invalid();
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

/** The bytes of a text that has the outer form of a token. */
function tokenBytes(token: string): Buffer | undefined {
  return token.length > tokenLimit || token.length % 4 !== 0 ? undefined : sealedBytes(token, 'base64');
}
