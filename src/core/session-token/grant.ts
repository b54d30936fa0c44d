import { openBytes, sealBytes, sealedBytes, sealingKeyId } from './envelope.ts';
import type { TokenKey } from './token-key.ts';

/** What a program gets for a person who has signed in. */
export type GrantPurpose = 'authorization code' | 'refresh token';

const longestGrant = 2048;

/**
 * Seals what a code or a refresh token says, in base64url. `nonce` is twelve fresh random bytes. The purpose is authenticated, so one kind of
 * grant is no other kind.
 */
export function sealGrant(
  purpose: GrantPurpose,
  content: unknown,
  { id, granting }: TokenKey,
  nonce: Uint8Array,
): string {
  const bytes = Buffer.from(JSON.stringify(content));
  return sealBytes(bytes, purpose, { id, key: granting }, nonce).toString('base64url');
}

/** What a grant says, or undefined when it was altered, made elsewhere or for another purpose, or its key is gone. */
export function openGrant(
  purpose: GrantPurpose,
  grant: string,
  findKey: (id: string) => TokenKey | undefined,
): unknown {
  const bytes = grant.length > longestGrant ? undefined : sealedBytes(grant, 'base64url');
  const key = bytes === undefined ? undefined : findKey(sealingKeyId(bytes));
  if (bytes === undefined || key === undefined) return undefined;
  const content = openBytes(bytes, purpose, key.granting);
  return content === undefined ? undefined : JSON.parse(content.toString());
}
