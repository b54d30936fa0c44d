import { parseIso } from '#core/time';
import type { LogFileEntry } from '#core/trail';
import type { IdentityTransaction, TrailChainDocument } from '#stores/identity';
import { BucketError, type Spooled } from '#stores/trail-store';
import type { Backoff } from './backoff.ts';
import { chainId } from './chain.ts';
import type { TrailDeliveryOptions } from './ports.ts';

type Waiting = { readonly name: string; readonly about: Spooled };

/**
 * Brings waiting log files to their buckets, oldest first. A file is forgotten once the chain of digests knows of it, so one that a crash
 * interrupts is brought again, under the same name. Returns those that still wait.
 */
export async function deliverLogFiles(
  waiting: readonly Waiting[],
  backoff: Backoff,
  options: TrailDeliveryOptions,
): Promise<readonly Waiting[]> {
  const { identity, spool, buckets, clock, onError } = options;
  const left: Waiting[] = [];
  for (const file of waiting) {
    const { name, about } = file;
    if (!backoff.mayTry(about.trail, clock())) {
      left.push(file);
      continue;
    }
    const attemptedAt = clock();
    try {
      await buckets.put({ ...about, body: await spool.read(name), metadata: {} });
    } catch (error) {
      backoff.failed(about.trail, attemptedAt);
      left.push(file);
      onError(error);
      const reason = error instanceof BucketError ? error.reason : 'InternalError';
      await identity.write((transaction) => noteFailure(transaction, about, reason, attemptedAt));
      continue;
    }
    backoff.succeeded(about.trail);
    await identity.write((transaction) => noteDelivery(transaction, about, attemptedAt));
    await spool.remove(name);
  }
  return left;
}

function noteFailure(
  { state, put }: IdentityTransaction,
  { trail, region }: Spooled,
  error: string,
  attemptedAt: number,
): void {
  const chain = state.all('trail-chain').get(chainId(trail, region));
  put('trail-chain', { id: chainId(trail, region), trail, region, ...chain, attemptedAt, error });
}

function noteDelivery({ state, put }: IdentityTransaction, about: Spooled, at: number): void {
  const { trail, region } = about;
  const { error: _over, ...chain }: TrailChainDocument = state
    .all('trail-chain')
    .get(chainId(trail, region)) ?? { id: chainId(trail, region), trail, region };
  const digests = about.isDigested ? withLogFile(chain.digests, about) : chain.digests;
  put('trail-chain', {
    ...chain,
    deliveredAt: at,
    attemptedAt: at,
    ...(digests === undefined ? {} : { digests }),
  });
}

/** A chain begins with the first file that it is to list. */
function withLogFile(
  digests: TrailChainDocument['digests'],
  { bucket, key, hashValue, oldestEventTime, newestEventTime }: Spooled,
): TrailChainDocument['digests'] {
  const present = digests ?? { since: parseIso(oldestEventTime) ?? 0, logFiles: [] };
  const listed = [...present.logFiles, ...(present.pending?.digest.logFiles ?? [])];
  if (listed.some(({ s3Bucket, s3Object }) => s3Bucket === bucket && s3Object === key)) return present;
  const entry: LogFileEntry = {
    s3Bucket: bucket,
    s3Object: key,
    hashValue,
    oldestEventTime,
    newestEventTime,
  };
  return { ...present, logFiles: [...present.logFiles, entry] };
}
