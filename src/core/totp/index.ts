/**
 * Time-based one-time passwords (RFC 6238: HMAC-SHA-1, thirty seconds, six digits), as virtual MFA devices make them.
 * Pure: seed and time are arguments. That a code works only once is the caller's matter: this room tells which time step a code belongs to.
 * Called by services.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '#core/time';

const stepMs = 30_000;

/** The number of the time step an instant lies in. */
export function totpStep(instant: Instant): number {
  return Math.floor(instant / stepMs);
}

/** The six digits of one time step. */
export function totpCode(seed: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', seed).update(counter).digest();
  const offset = (digest[19] ?? 0) & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/**
 * The time step within `window` steps of `around` whose code this is, earliest first, or undefined when it is none of theirs.
 * Every step is compared in constant time.
 */
export function matchTotp(
  seed: Uint8Array,
  code: string,
  around: number,
  window: number,
): number | undefined {
  if (!/^[0-9]{6}$/.test(code)) return undefined;
  const given = Buffer.from(code);
  let found: number | undefined;
  for (let step = around - window; step <= around + window; step++) {
    if (step >= 0 && timingSafeEqual(given, Buffer.from(totpCode(seed, step)))) found ??= step;
  }
  return found;
}

/**
 * The later of two consecutive time steps whose codes these are, in that order, or undefined when there is none.
 * Only steps after `after` count, and the later one lies within `window` steps of `around`. Every step is compared in constant time.
 */
export function matchTotpPair(
  seed: Uint8Array,
  codes: readonly [string, string],
  { around, window, after }: { readonly around: number; readonly window: number; readonly after: number },
): number | undefined {
  if (!codes.every((code) => /^[0-9]{6}$/.test(code))) return undefined;
  const given = Buffer.from(codes.join(''));
  let found: number | undefined;
  for (let step = Math.max(around - window, 1); step <= around + window; step++) {
    const pair = Buffer.from(totpCode(seed, step - 1) + totpCode(seed, step));
    if (timingSafeEqual(given, pair) && step - 1 > after) found ??= step;
  }
  return found;
}
