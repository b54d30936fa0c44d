/**
 * Passwords as they are kept: scrypt (RFC 7914) with a salt of its own for each, the parameters beside the hash, so that they can
 * grow without making old passwords useless. Works on Node's thread pool and never holds up the event loop. Draws no salt: callers
 * hand it in. What a good password is, is not decided here. Called by services.
 */
import { scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** Thirty-two mebibytes and about a tenth of a second each; of the settings OWASP's Password Storage Cheat Sheet calls equal. */
const cost: Cost = { N: 2 ** 15, r: 8, p: 3 };
const hashBytes = 32;
const formatPattern = /^scrypt:(\d+):(\d+):(\d+):([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

/** How many random bytes a salt has. */
export const passwordSaltBytes = 16;

/** A hash that no password is known to have, for whoever must take as long over a name that is nobody's. */
export const decoyHash = ['scrypt', cost.N, cost.r, cost.p, `${'A'.repeat(22)}==`, `${'A'.repeat(43)}=`].join(
  ':',
);

/** What was kept as the hash of a password is none. */
export class PasswordHashError extends Error {
  readonly code = 'MalformedPasswordHash';

  constructor() {
    super('what is stored as the hash of a password is none');
  }
}

/** `scrypt:N:r:p:salt:hash`, the last two in base64. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const hash = await derive(password, salt, cost);
  return [
    'scrypt',
    cost.N,
    cost.r,
    cost.p,
    Buffer.from(salt).toString('base64'),
    hash.toString('base64'),
  ].join(':');
}

/** Whether this is the password that was hashed; compared in constant time. Throws PasswordHashError. */
export async function matchPassword(password: string, stored: string): Promise<boolean> {
  const match = formatPattern.exec(stored);
  if (match === null) throw new PasswordHashError();
  const [, N, r, p, salt = '', hash = ''] = match;
  const expected = Buffer.from(hash, 'base64');
  if (expected.length !== hashBytes) throw new PasswordHashError();
  const derived = await derive(password, Buffer.from(salt, 'base64'), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(derived, expected);
}

/** The pool has four threads, and the log is written to the disk on them too: whoever hashes must leave some. */
const mostAtOnce = 2;
let underWay = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  if (underWay >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else underWay += 1;
  try {
    return await runScrypt(password, salt, cost);
  } finally {
    // The place passes to whoever waits longest.
    const next = waiting.shift();
    if (next === undefined) underWay -= 1;
    else next();
  }
}

function runScrypt(password: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // Node's own limit is what this takes, less the few bytes around it.
  scrypt(password, salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}
