/**
 * Where trails go: the bucket (on any S3 endpoint, or a directory that stands in for one), and the spool that holds what is on its way there.
 * Owns names and durability of these files. It knows nothing of what is in them and decides nothing about who may read them.
 * Called by the delivery of trails and by the door that serves the directory; composed by main.
 */
export { type BucketObject, type LocalBuckets, openLocalBuckets } from './local-buckets.ts';
export { openS3Buckets, type S3BucketsOptions } from './s3-buckets.ts';
export { openTrailSpool, type Spooled, type SpoolState, type TrailSpool } from './spool.ts';
export { BucketError, type TrailBuckets } from './trail-buckets.ts';
