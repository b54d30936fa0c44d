/**
 * The door to the buckets that stand in for S3 when a trail has no S3 endpoint: enough of S3 for the tools that read and validate trails.
 * It only reads, and only an account's own buckets; callers are proven and decided about by the authorizer, as at every door.
 * Called by main, which hands it the requests that are signed for S3.
 */

export { isSignedForS3 } from './is-signed-for-s3.ts';
export { createTrailBucketDoor, type TrailBucketDoorOptions } from './trail-bucket-door.ts';
