import type { AccountId } from '#core/identifiers';
import type { CallThrough } from '#pipeline';
import { brevet, describeBucket } from '#services/brevet';
import type { Operation } from '#services/operation';
import type { IdentityStore } from '#stores/identity';
import { Fault } from '#wire/faults';
import { type Behalf, type BucketRefused, type BucketRegistry, bucketRefusal } from './buckets.ts';
import { createBucketCompiler } from './compile-bucket.ts';

export interface LocalBucketsOptions {
  readonly identity: IdentityStore;
  /** Whose the buckets are that no gateway made. */
  readonly ownerAccount: AccountId;
  readonly callThrough: CallThrough;
}

/** The buckets of a gateway in one process with the service. */
export function createLocalBuckets({
  identity,
  ownerAccount,
  callThrough,
}: LocalBucketsOptions): BucketRegistry {
  const compile = createBucketCompiler();

  async function change(operation: Operation, behalf: Behalf, input: object): Promise<void> {
    const { requester, sessionToken, ...request } = behalf;
    const { accessKeyId, arn } = requester.caller;
    try {
      await callThrough({
        operation,
        input: { ...input, OnBehalfOf: arn },
        accessKeyId,
        sessionToken,
        region: requester.region,
        request: { ...request, body: new Uint8Array() },
      });
    } catch (error) {
      throw refusal(error);
    }
  }

  return {
    find: (bucket) => compile(describeBucket(identity.state, bucket, ownerAccount)),
    create: (Bucket, Account, behalf) => change(brevet.CreateBucket, behalf, { Bucket, Account }),
    delete: (Bucket, Account, behalf) => change(brevet.DeleteBucket, behalf, { Bucket, Account }),
    putPolicy: (Bucket, Account, Policy, behalf) =>
      change(brevet.PutBucketPolicy, behalf, { Bucket, Account, Policy }),
    deletePolicy: (Bucket, Account, behalf) => change(brevet.DeleteBucketPolicy, behalf, { Bucket, Account }),
  };
}

function refusal(error: unknown): BucketRefused {
  const message = error instanceof Error ? error.message : '';
  return bucketRefusal(error instanceof Fault ? error.code : undefined, message, error);
}
