import type { Instant } from '#core/time';
import { type DigestFile, digestKey, encodeDigest, signDigest } from '#core/trail';
import type { TrailChainDocument, TrailDocument } from '#stores/identity';
import { BucketError } from '#stores/trail-store';
import type { Backoff } from './backoff.ts';
import { chainId } from './chain.ts';
import { type DigestKey, ensureDigestKey } from './digest-keys.ts';
import { isLogging } from './live-trails.ts';
import type { TrailDeliveryOptions } from './ports.ts';

/**
 * Writes the digests of a trail that are due. `isThrough` says that everything the trail has logged is delivered: then a trail that logs no
 * more, or whose files are to be validated no more, gets its last one.
 */
export async function deliverDigests(
  trail: TrailDocument,
  isThrough: boolean,
  backoff: Backoff,
  options: TrailDeliveryOptions,
): Promise<void> {
  const { identity, digestEverySeconds, clock } = options;
  const goesOn = isLogging(trail) && trail.logFileValidation;
  if (goesOn) await beginHomeChain(trail, options);
  for (const { id } of identity.state.all('trail-chain').owned(trail.id)) {
    await deliverPending(id, trail, backoff, options);
    const chain = identity.state.all('trail-chain').get(id);
    if (chain?.digests === undefined || chain.digests.pending !== undefined) continue;
    const now = clock();
    const isDue = goesOn ? now >= chain.digests.since + digestEverySeconds * 1000 : isThrough;
    if (!isDue) continue;
    const key = await ensureDigestKey(trail.account, chain.region, now, options);
    await identity.write(({ state, put }) => {
      const present = state.all('trail-chain').get(id);
      const signed = present && sign(present, trail, key, now, !goesOn);
      if (signed !== undefined) put('trail-chain', signed);
    });
    await deliverPending(id, trail, backoff, options);
  }
}

/** The home Region of a trail has digests from the start, even when nothing happens there. */
async function beginHomeChain(trail: TrailDocument, { identity }: TrailDeliveryOptions): Promise<void> {
  const id = chainId(trail.id, trail.homeRegion);
  const since = trail.logging.at(-1)?.from;
  if (since === undefined || identity.state.all('trail-chain').get(id)?.digests !== undefined) return;
  await identity.write(({ state, put }) => {
    const chain = state.all('trail-chain').get(id);
    if (chain?.digests !== undefined) return;
    const begun = { id, trail: trail.id, region: trail.homeRegion, ...chain };
    put('trail-chain', { ...begun, digests: { since, logFiles: [] } });
  });
}

/** The chain with a signed digest of all that no digest lists; undefined when another process has made one. */
function sign(
  chain: TrailChainDocument,
  trail: TrailDocument,
  key: DigestKey,
  now: Instant,
  isLast: boolean,
): TrailChainDocument | undefined {
  const { digests } = chain;
  if (digests === undefined || digests.pending !== undefined) return undefined;
  const { since: start, previous, logFiles } = digests;
  const digest: DigestFile = {
    account: trail.account,
    region: chain.region,
    trailName: trail.name,
    homeRegion: trail.homeRegion,
    bucket: trail.bucket,
    prefix: trail.prefix,
    start,
    // The name of a digest is the second of its end: two of them never end in one.
    end: Math.max(now, start + 1000),
    publicKeyFingerprint: key.fingerprint,
    previous,
    logFiles,
  };
  const signature = signDigest(digest, encodeDigest(digest).hashValue, key.privateKey);
  return { ...chain, digests: { ...digests, logFiles: [], pending: { digest, signature, isLast } } };
}

/** Brings a signed digest to its bucket, and goes on from it. */
async function deliverPending(
  id: string,
  trail: TrailDocument,
  backoff: Backoff,
  { identity, buckets, clock, onError }: TrailDeliveryOptions,
): Promise<void> {
  const pending = identity.state.all('trail-chain').get(id)?.digests?.pending;
  const attemptedAt = clock();
  if (pending === undefined || !backoff.mayTry(id, attemptedAt)) return;
  const { digest, signature, isLast } = pending;
  const key = digestKey(digest);
  const { body, hashValue } = encodeDigest(digest);
  const metadata = { signature, 'signature-algorithm': 'SHA256withRSA' };
  try {
    await buckets.put({ account: trail.account, bucket: digest.bucket, key, body, metadata });
  } catch (error) {
    backoff.failed(id, attemptedAt);
    onError(error);
    const digestError = error instanceof BucketError ? error.reason : 'InternalError';
    await identity.write(({ state, put }) => {
      const chain = state.all('trail-chain').get(id);
      if (chain !== undefined) put('trail-chain', { ...chain, digestError });
    });
    return;
  }
  backoff.succeeded(id);
  const previous = { bucket: digest.bucket, key, hashValue, signature };
  await identity.write(({ state, put }) => {
    const chain = state.all('trail-chain').get(id);
    if (chain?.digests?.pending?.signature !== signature) return;
    const { digestError: _over, digests, ...rest } = chain;
    const delivered = { ...rest, digestDeliveredAt: attemptedAt };
    const { logFiles } = digests;
    // A file that came after the last digest begins a new chain, as AWS does after a gap.
    if (isLast && logFiles.length === 0) put('trail-chain', delivered);
    else {
      const next = { since: digest.end, logFiles, ...(isLast ? {} : { previous }) };
      put('trail-chain', { ...delivered, digests: next });
    }
  });
}
