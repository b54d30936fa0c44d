import { createHash } from 'node:crypto';

/** The challenge of a code verifier by the one method there is here, SHA-256 (RFC 7636 §4.2). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** Whether a text can be such a challenge: the base64url of thirty-two bytes. */
export function isChallenge(text: string): boolean {
  return text.length === 43 && Buffer.from(text, 'base64url').toString('base64url') === text;
}
