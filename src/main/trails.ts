import type { Logger } from 'pino';
import { createTrailDelivery } from '#services/trail-delivery';
import { BucketError, openLocalBuckets, openS3Buckets, openTrailSpool } from '#stores/trail-store';
import { type House, trailDirectories } from './compose.ts';
import type { Settings } from './settings/index.ts';

const lookEveryMs = 1000;

/**
 * Delivers the trails of this data directory in the background, for as long as the process runs: to the S3 endpoint of the settings, or to the
 * directory that stands in for one. Closing it waits for the step under way.
 */
export async function keepDelivering(
  settings: Settings,
  house: House,
  log: Logger,
): Promise<{ close(): Promise<void> }> {
  const { deliverEverySeconds, digestEverySeconds, buckets } = settings.audit;
  const directories = trailDirectories(settings.dataDirectory);
  const delivery = createTrailDelivery({
    identity: house.identity,
    box: house.box,
    clock: Date.now,
    auditDirectory: `${settings.dataDirectory}/audit`,
    spool: await openTrailSpool(directories.spool),
    buckets:
      buckets === undefined
        ? openLocalBuckets(directories.buckets)
        : openS3Buckets({ ...buckets, clock: Date.now }),
    deliverEverySeconds,
    digestEverySeconds,
    onError: (error) =>
      log.warn(
        { err: error, ...(error instanceof BucketError ? { reason: error.reason } : {}) },
        'a file of a trail could not be delivered; it is kept and tried again',
      ),
  });
  let running = Promise.resolve();
  const run = (): void => {
    running = delivery
      .run()
      .catch((error: unknown) =>
        log.error({ err: error }, 'trails could not be delivered; this is tried again'),
      );
  };
  const timer = setInterval(run, lookEveryMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
