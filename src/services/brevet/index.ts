/**
 * Brevet's own service: what AWS keeps within itself and a resource outside needs, to verify callers and decide by itself.
 * It also keeps whose the gateways' buckets are, and their policies, and lets EC2 assume the role of an instance for the agent on its host.
 * It gives away signing keys of one day, Region and service and the policies of a caller, to verifiers whom policy lets ask, and to agents the
 * sessions of their instance; never a secret that lasts.
 * Called by the pipeline. The table below is also the coverage table of the service.
 */
import type { Operation } from '#services/operation';
import type { BrevetOperationName } from '#wire/model';
import { assumeRoleForInstance } from './assume-role-for-instance.ts';
import { createBucket, deleteBucket, deleteBucketPolicy, getBucket, putBucketPolicy } from './bucket.ts';
import { getChanges } from './get-changes.ts';
import { getSigningKey } from './get-signing-key.ts';

export {
  type BucketDescription,
  BucketDescriptionError,
  decodeBucket,
  describeBucket,
} from './bucket-description.ts';
export { type ChangeSummary, summarizeChanges } from './get-changes.ts';
export {
  type FoundProfile,
  findInstanceProfile,
  instanceSession,
  instanceSessionSeconds,
} from './instance-session.ts';
export { type IssuedSigningKey, issueSigningKey, type SigningKeyScope } from './issue-signing-key.ts';

export const brevet = {
  AssumeRoleForInstance: assumeRoleForInstance,
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  DeleteBucketPolicy: deleteBucketPolicy,
  GetBucket: getBucket,
  GetChanges: getChanges,
  GetSigningKey: getSigningKey,
  PutBucketPolicy: putBucketPolicy,
} satisfies Record<BrevetOperationName, Operation>;
