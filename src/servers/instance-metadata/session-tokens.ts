import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '#core/identifiers';
import type { Clock, Instant } from '#core/time';

/** The tokens that stand before every read of IMDSv2. */
export interface SessionTokens {
  issue(ttlSeconds: number): string;
  /** When a token ends; undefined for one that is over, or was never issued here. */
  verify(token: string): Instant | undefined;
}

const expiryBytes = 6;
const nonceBytes = 10;
const proofBytes = 32;
const tokenBytes = expiryBytes + nonceBytes + proofBytes;
const tokenLength = (tokenBytes * 4) / 3;
const mostRemembered = 1000;

/**
 * Tokens that carry their own end and a proof under a key that lives as long as the door: nothing has to be kept for them, so asking for
 * many fills no memory. The key is the door's own, and a token of one instance is none at another.
 */
export function createSessionTokens(options: {
  readonly key: KeyObject;
  readonly clock: Clock;
  readonly random: RandomBytes;
}): SessionTokens {
  const { key, clock, random } = options;
  /** Tokens that were proven, so that a client's next read costs no proof. */
  const proven = new Map<string, Instant>();
  return {
    issue(ttlSeconds) {
      const claims = Buffer.alloc(expiryBytes + nonceBytes);
      claims.writeUIntBE(clock() + ttlSeconds * 1000, 0, expiryBytes);
      claims.set(random(nonceBytes), expiryBytes);
      return Buffer.concat([claims, proofOf(key, claims)]).toString('base64url');
    },
    verify(token) {
      const known = proven.get(token);
      const expiresAt = known ?? prove(key, token);
      if (expiresAt === undefined) return undefined;
      if (clock() >= expiresAt) {
        proven.delete(token);
        return undefined;
      }
      if (known === undefined) {
        if (proven.size >= mostRemembered) proven.clear();
        proven.set(token, expiresAt);
      }
      return expiresAt;
    },
  };
}

function prove(key: KeyObject, token: string): Instant | undefined {
  if (token.length !== tokenLength) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  // Characters that are not of the alphabet are skipped in decoding.
  if (bytes.length !== tokenBytes) return undefined;
  const claims = bytes.subarray(0, expiryBytes + nonceBytes);
  if (!timingSafeEqual(proofOf(key, claims), bytes.subarray(expiryBytes + nonceBytes))) return undefined;
  return claims.readUIntBE(0, expiryBytes);
}

function proofOf(key: KeyObject, claims: Uint8Array): Buffer {
  return createHmac('sha256', key).update(claims).digest();
}
