import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AuditEvent } from '#core/audit';
import { formatIsoSeconds } from '#core/time';
import { cloudtrail } from '#services/cloudtrail';
import { createTrailDelivery, type TrailDelivery, type TrailDeliveryOptions } from '#services/trail-delivery';
import { type AuditLog, openAuditLog } from '#stores/audit-log';
import { type LocalBuckets, openLocalBuckets, openTrailSpool } from '#stores/trail-store';
import type { CloudtrailTypes } from '#wire/model';
import { auditEvent } from './audit-event.ts';
import { openServiceFixture, type ServiceFixture } from './service-fixture.ts';
import { type StoredObject, type Verified, verifyTrail } from './trail-verifier.ts';

export const trailAccount = '111122223333';
export const trailBucket = 'logs-of-main';
/** Longer than a request may take to be recorded. */
const laterMs = 10_000;

/** An audit log, a trail named `main` that logs it, and the stores of its delivery, in a directory of their own. */
export interface TrailFixture {
  readonly service: ServiceFixture;
  readonly log: AuditLog;
  readonly buckets: LocalBuckets;
  readonly directory: string;
  /** What delivery could not do so far. */
  readonly errors: unknown[];
  /** Records an event of the account, now. */
  record(name: string, more?: Partial<AuditEvent>): Promise<void>;
  /** A delivery over the stores as they are, as after a start of the process. */
  start(changed?: Partial<TrailDeliveryOptions>): Promise<TrailDelivery>;
  /** Lets that many seconds pass, then does what is due. */
  runAfter(seconds: number, delivery: TrailDelivery): Promise<void>;
  objects(bucket?: string): Promise<ReadonlyMap<string, StoredObject>>;
  /** Of the objects that are there, or of these in their place. */
  verify(objects?: ReadonlyMap<string, StoredObject>): Promise<Verified>;
}

export async function openTrailFixture(
  context: TestContext,
  trail: object = { EnableLogFileValidation: true },
): Promise<TrailFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-trail-'));
  const service = await openServiceFixture(trailAccount);
  const auditDirectory = join(directory, 'audit');
  const log = await openAuditLog({ directory: auditDirectory, writer: 'test-0', clock: () => service.now });
  context.after(async () => {
    await log.close();
    await rm(directory, { recursive: true, force: true });
  });
  const buckets = openLocalBuckets(join(directory, 'buckets'));
  const errors: unknown[] = [];
  await service.call(cloudtrail.CreateTrail, { Name: 'main', S3BucketName: trailBucket, ...trail });
  await service.call(cloudtrail.StartLogging, { Name: 'main' });
  const fixture: TrailFixture = {
    service,
    log,
    buckets,
    directory,
    errors,
    record: (name, more = {}) =>
      log.append(
        auditEvent(name, {
          recipientAccountId: trailAccount,
          eventTime: formatIsoSeconds(service.now),
          ...more,
        }),
      ),
    start: async (changed = {}) =>
      createTrailDelivery({
        identity: service.identity,
        box: service.box,
        clock: () => service.now,
        auditDirectory,
        spool: await openTrailSpool(join(directory, 'spool')),
        buckets,
        deliverEverySeconds: 300,
        digestEverySeconds: 3600,
        onError: (error) => errors.push(error),
        ...changed,
      }),
    async runAfter(seconds, delivery) {
      service.now += seconds * 1000;
      await delivery.run();
    },
    async objects(bucket = trailBucket) {
      const listed = await buckets.list(trailAccount, bucket, { prefix: '', after: '', limit: 10_000 });
      const entries = listed.map(async ({ key }) => {
        const object = await buckets.get(trailAccount, bucket, key);
        if (object === undefined) throw new Error(`${key} is listed and not there`);
        return [key, object] as const;
      });
      return new Map(await Promise.all(entries));
    },
    async verify(objects) {
      const keys = [];
      for (const region of ['eu-west-1', 'us-east-1']) {
        service.region = region;
        const { PublicKeyList = [] }: CloudtrailTypes.ListPublicKeysResponse = await service.call(
          cloudtrail.ListPublicKeys,
          { StartTime: 0, EndTime: service.now },
        );
        keys.push(...PublicKeyList);
      }
      return verifyTrail(trailBucket, objects ?? (await fixture.objects()), keys);
    },
  };
  return fixture;
}

/** Stops the trail and lets everything be delivered. */
export async function finish(fixture: TrailFixture, delivery: TrailDelivery): Promise<void> {
  await fixture.service.call(cloudtrail.StopLogging, { Name: 'main' });
  await fixture.runAfter(laterMs / 1000, delivery);
  await fixture.runAfter(laterMs / 1000, delivery);
}

/** The names of the files in the spool. */
export async function spooled(fixture: TrailFixture): Promise<readonly string[]> {
  const names = await readdir(join(fixture.directory, 'spool'));
  return names.filter((name) => name !== 'state.json').sort();
}
