/**
 * The S3 gateway: an S3 endpoint in front of a store that knows nothing of IAM. It verifies who asks, puts the questions of the request to
 * policy, writes the request anew under the store's own key and streams body and answer through, in constant memory.
 * Bucket policies and the owners of buckets are its own affair; the store never sees them. It mints nothing, and forwards nothing that was not
 * decided about. Composed by main, in one process with the service or with the issuer elsewhere.
 */
export type { BucketRegistry, KnownBucket } from './buckets.ts';
export {
  createGatewayServer,
  type GatewayAnswered,
  type GatewayAsked,
  type GatewayOptions,
  type GatewayServer,
} from './gateway-server.ts';
export { createLocalBuckets, type LocalBucketsOptions } from './local-buckets.ts';
export { createRemoteBuckets, type RemoteBuckets, type RemoteBucketsOptions } from './remote-buckets.ts';
export type { StoreSettings } from './store-client.ts';
