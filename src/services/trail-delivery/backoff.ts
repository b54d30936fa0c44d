import type { Instant } from '#core/time';

const firstMs = 1000;
const mostMs = 300_000;

/** When to try again what has failed: after one second, then twice as long each time, five minutes at most. By name, in memory. */
export class Backoff {
  readonly #failures = new Map<string, { readonly count: number; readonly until: Instant }>();

  mayTry(name: string, now: Instant): boolean {
    const failure = this.#failures.get(name);
    return failure === undefined || now >= failure.until;
  }

  failed(name: string, now: Instant): void {
    const count = (this.#failures.get(name)?.count ?? 0) + 1;
    this.#failures.set(name, { count, until: now + Math.min(mostMs, firstMs * 2 ** (count - 1)) });
  }

  succeeded(name: string): void {
    this.#failures.delete(name);
  }
}
