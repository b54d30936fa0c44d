import type { RandomBytes } from '#core/identifiers';
import { createTokenKey, longestSessionSeconds, type TokenKey } from '#core/session-token';
import type { Clock, Instant } from '#core/time';
import { KeyringError } from './keyring-error.ts';
import type { SecretBox } from './secret-box.ts';

/** A token key as it is stored, wrapped by the master key with context `token-key:<id>`. */
export interface TokenKeyRecord {
  readonly id: string;
  readonly wrapped: string;
  readonly createdAt: Instant;
  /** Seals from then on; opens from the start, so that nodes with clocks apart understand each other. */
  readonly notBefore: Instant;
}

export interface KeyringOptions {
  /** The token keys this process knows of. */
  readonly load: () => readonly TokenKeyRecord[];
  /** Runs `decide` on the exact present keys, once over all processes, and stores what it says. */
  readonly add: (
    decide: (present: readonly TokenKeyRecord[]) => {
      readonly add?: TokenKeyRecord;
      readonly remove: readonly string[];
    },
  ) => Promise<void>;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** The keys that seal and open session tokens. */
export interface Keyring {
  /** The key that seals new tokens. Throws KeyringError NoTokenKey before `ensure` has ever resolved. */
  current(): TokenKey;
  /** The key of that id, or undefined when there is none or there is none any more. Throws KeyringError SecretUnreadable. */
  find(id: string): TokenKey | undefined;
  /** Makes the next key when it is time and drops those that no living session can need. */
  ensure(): Promise<void>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const rotateAfterMs = 24 * hourMs;
/** Other processes must have heard of a key before it seals. */
const announceMs = 5 * minuteMs;
/** The longest session there is, and an hour for clocks that differ. */
const keepMs = longestSessionSeconds * 1000 + hourMs;

/** A keyring over stored keys. Keys are unwrapped when first needed and kept. */
export function createKeyring({ load, add, box, clock, random }: KeyringOptions): Keyring {
  const opened = new Map<string, { readonly wrapped: string; readonly key: TokenKey }>();
  let sealing: { readonly key: TokenKey; readonly until: Instant; readonly records: string } | undefined;

  const unwrap = (record: TokenKeyRecord): TokenKey => {
    const known = opened.get(record.id);
    if (known?.wrapped === record.wrapped) return known.key;
    const key = createTokenKey(record.id, box.open(record.wrapped, `token-key:${record.id}`));
    opened.set(record.id, { wrapped: record.wrapped, key });
    return key;
  };

  return {
    current() {
      const now = clock();
      const records = load();
      const names = records.map(({ id }) => id).join();
      if (sealing !== undefined && now < sealing.until && sealing.records === names) return sealing.key;
      const record = newest(records.filter(({ notBefore }) => notBefore <= now)) ?? oldest(records);
      if (record === undefined) throw new KeyringError('NoTokenKey', 'there is no token key yet');
      const next = oldest(records.filter(({ notBefore }) => notBefore > now));
      sealing = { key: unwrap(record), until: next?.notBefore ?? Number.POSITIVE_INFINITY, records: names };
      return sealing.key;
    },
    find(id) {
      const record = load().find((candidate) => candidate.id === id);
      if (record === undefined) {
        opened.delete(id);
        return undefined;
      }
      return unwrap(record);
    },
    async ensure() {
      const now = clock();
      if (!isWorkDue(load(), now)) return;
      await add((present) => {
        const last = newest(present);
        const isDue = last === undefined || now - last.notBefore >= rotateAfterMs - announceMs;
        const notBefore = last === undefined ? now : now + announceMs;
        const added = isDue ? newRecord(present, notBefore) : undefined;
        const remove = overdue(present, now);
        return added === undefined ? { remove } : { add: added, remove };
      });
    },
  };

  function newRecord(present: readonly TokenKeyRecord[], notBefore: Instant): TokenKeyRecord {
    let id: string;
    do id = Buffer.from(random(4)).toString('hex');
    while (present.some((record) => record.id === id));
    return { id, wrapped: box.seal(random(32), `token-key:${id}`), createdAt: clock(), notBefore };
  }
}

function isWorkDue(records: readonly TokenKeyRecord[], now: Instant): boolean {
  const last = newest(records);
  if (last === undefined || now - last.notBefore >= rotateAfterMs - announceMs) return true;
  return overdue(records, now).length > 0;
}

/** Keys whose successor has sealed for longer than any session of theirs can live. */
function overdue(records: readonly TokenKeyRecord[], now: Instant): readonly string[] {
  const sorted = [...records].sort((left, right) => left.notBefore - right.notBefore);
  return sorted.flatMap((record, index) => {
    const successor = sorted[index + 1];
    return successor !== undefined && successor.notBefore + keepMs <= now ? [record.id] : [];
  });
}

function newest(records: readonly TokenKeyRecord[]): TokenKeyRecord | undefined {
  return records.reduce<TokenKeyRecord | undefined>(
    (best, record) => (best === undefined || record.notBefore > best.notBefore ? record : best),
    undefined,
  );
}

function oldest(records: readonly TokenKeyRecord[]): TokenKeyRecord | undefined {
  return records.reduce<TokenKeyRecord | undefined>(
    (best, record) => (best === undefined || record.notBefore < best.notBefore ? record : best),
    undefined,
  );
}
