import type { Instant } from '#core/time';

interface Failures {
  count: number;
  /** Until when no guess is looked at. */
  closedUntil: Instant;
}

const freeFailures = 5;
const firstPauseMs = 30_000;
const longestPauseMs = 3_600_000;
const mostSecrets = 10_000;

/**
 * Slows down who guesses a short secret, such as an MFA code (RFC 4226 §7.3): after five failures in a row each further one closes the secret
 * for twice as long, up to an hour, also to the right guess. A success forgets the failures. Kept in memory, by process.
 */
export class GuessLimit {
  readonly #failures = new Map<string, Failures>();

  /** False while no guess of this secret is to be looked at. */
  isOpen(secret: string, now: Instant): boolean {
    return now >= (this.#failures.get(secret)?.closedUntil ?? now);
  }

  failed(secret: string, now: Instant): void {
    const { count } = this.#failures.get(secret) ?? { count: 0 };
    const pauses = count + 1 - freeFailures;
    const pauseMs = pauses < 0 ? 0 : Math.min(firstPauseMs * 2 ** pauses, longestPauseMs);
    // Put last again: who is guessed at now is not the one to be forgotten.
    this.#failures.delete(secret);
    if (this.#failures.size >= mostSecrets) {
      const oldest = this.#failures.keys().next();
      if (oldest.done !== true) this.#failures.delete(oldest.value);
    }
    this.#failures.set(secret, { count: count + 1, closedUntil: now + pauseMs });
  }

  succeeded(secret: string): void {
    this.#failures.delete(secret);
  }
}
