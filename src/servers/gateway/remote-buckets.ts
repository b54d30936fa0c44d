import type { AccountId } from '#core/identifiers';
import { type CallService, ServiceFault } from '#servers/authorizer';
import { type ChangeSummary, decodeBucket } from '#services/brevet';
import { brevetOperations, type GetBucketResponse, type OperationModel } from '#wire/model';
import {
  type Behalf,
  BucketRefused,
  type BucketRegistry,
  bucketRefusal,
  type KnownBucket,
} from './buckets.ts';
import { createBucketCompiler } from './compile-bucket.ts';

export interface RemoteBucketsOptions {
  readonly call: CallService;
  /** Whose the buckets are that no gateway made. */
  readonly ownerAccount: AccountId;
  /** False while changes may have been missed for longer than is allowed: then everything is asked anew. */
  readonly isCurrent: () => boolean;
}

/** Buckets as the issuer described them, kept until it says that something has changed for them. */
export interface RemoteBuckets extends BucketRegistry {
  /** Takes what has changed, in the order of changes. */
  learn(changes: ChangeSummary): void;
}

interface Entry {
  readonly known: KnownBucket;
  /** Unique ids that its policy is bound to: it is shown by their names. */
  readonly principals: ReadonlySet<string>;
}

const timeoutMs = 5000;
const mostBuckets = 10_000;
/** Whoever reaches the gateway names buckets, signed or not: more than this are not asked about at once. */
const mostQuestions = 64;
/** A bucket that changed while it was asked for is asked for again. */
const mostTries = 3;

/**
 * The buckets of a gateway whose issuer is elsewhere.
 * INVARIANT: nothing is kept that is older than what the issuer has reported changes of, or than a change made here.
 */
export function createRemoteBuckets({ call, ownerAccount, isCurrent }: RemoteBucketsOptions): RemoteBuckets {
  const compile = createBucketCompiler();
  const entries = new Map<string, Entry>();
  const questions = new Map<string, Promise<KnownBucket>>();
  let sequence: number | undefined;
  let changesMade = 0;

  function keep(bucket: string, entry: Entry): void {
    if (entries.size >= mostBuckets) {
      const oldest = entries.keys().next();
      if (oldest.done !== true) entries.delete(oldest.value);
    }
    entries.set(bucket, entry);
  }

  async function ask(bucket: string): Promise<KnownBucket> {
    for (let tries = 1; ; tries++) {
      const before = changesMade;
      const answer: GetBucketResponse = await call(
        brevetOperations.GetBucket as OperationModel<unknown, GetBucketResponse>,
        { Bucket: bucket, Account: ownerAccount },
        AbortSignal.timeout(timeoutMs),
      );
      const description = decodeBucket(answer.Description);
      const known = compile(description);
      const isAsNew = before === changesMade && sequence !== undefined && answer.Sequence >= sequence;
      const principals = new Set<string>(Object.values(description.policy?.principalIds ?? {}));
      if (isAsNew) keep(bucket, { known, principals });
      if (isAsNew || sequence === undefined || tries === mostTries) return known;
    }
  }

  async function change(
    operation: OperationModel<unknown, unknown>,
    bucket: string,
    { requester }: Behalf,
    input: object,
  ): Promise<void> {
    try {
      await call(
        operation,
        { Bucket: bucket, ...input, OnBehalfOf: requester.caller.arn },
        AbortSignal.timeout(timeoutMs),
      );
    } catch (error) {
      throw refusal(error);
    } finally {
      changesMade += 1;
      entries.delete(bucket);
      questions.delete(bucket);
    }
  }

  return {
    find(bucket) {
      const entry = entries.get(bucket);
      if (entry !== undefined && isCurrent()) return entry.known;
      const asked = questions.get(bucket);
      if (asked !== undefined) return asked;
      if (questions.size >= mostQuestions)
        return Promise.reject(
          new BucketRefused('Unavailable', 'too many buckets are being asked about at once'),
        );
      const question = ask(bucket)
        .catch((error: unknown) => {
          throw new BucketRefused('Unavailable', 'the owner of the bucket cannot be asked for now', error);
        })
        .finally(() => {
          if (questions.get(bucket) === question) questions.delete(bucket);
        });
      questions.set(bucket, question);
      return question;
    },
    create: (bucket, Account, behalf) =>
      change(brevetOperations.CreateBucket as OperationModel<unknown, unknown>, bucket, behalf, { Account }),
    delete: (bucket, Account, behalf) =>
      change(brevetOperations.DeleteBucket as OperationModel<unknown, unknown>, bucket, behalf, { Account }),
    putPolicy: (bucket, Account, Policy, behalf) =>
      change(brevetOperations.PutBucketPolicy as OperationModel<unknown, unknown>, bucket, behalf, {
        Account,
        Policy,
      }),
    deletePolicy: (bucket, Account, behalf) =>
      change(brevetOperations.DeleteBucketPolicy as OperationModel<unknown, unknown>, bucket, behalf, {
        Account,
      }),
    learn(changes) {
      sequence = changes.sequence;
      if (changes.everything) {
        entries.clear();
        return;
      }
      for (const bucket of changes.buckets) entries.delete(bucket);
      if (changes.principals.length === 0) return;
      for (const [bucket, { principals }] of entries)
        if (changes.principals.some((id) => principals.has(id))) entries.delete(bucket);
    },
  };
}

function refusal(error: unknown): BucketRefused {
  const fault = error instanceof ServiceFault ? error : undefined;
  const message = typeof fault?.members.message === 'string' ? fault.members.message : '';
  return bucketRefusal(fault?.type, message, error);
}
