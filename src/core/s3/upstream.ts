import { s3Operations } from './operations.ts';
import type { S3Request } from './parse-request.ts';
import { encodeKey, encodeQuery } from './target.ts';

/**
 * The target that fetches exactly what was decided: path and query encoded anew from what the request means.
 * INVARIANT: reading it in the same style gives the same operation, bucket, key and query back.
 */
export function upstreamTarget(request: S3Request, addressing: 'path' | 'virtual-host' = 'path'): string {
  const bucket = request.bucket === undefined || addressing === 'virtual-host' ? '' : `/${request.bucket}`;
  const key = request.key === undefined ? '' : `/${encodeKey(request.key)}`;
  const { subresources } = s3Operations[request.operation];
  const query = encodeQuery(request.query, (name) => Object.hasOwn(subresources, name));
  const path = `${bucket}${key}`;
  return `${path === '' ? '/' : path}${query === '' ? '' : `?${query}`}`;
}

/** What the gateway sees to itself: the framing of the body, and who owns a bucket. */
const keptBack: ReadonlySet<string> = new Set([
  'content-length',
  'x-amz-expected-bucket-owner',
  'x-amz-source-expected-bucket-owner',
]);

/**
 * The headers that go on to the store: those that the operation knows and that were decided about, and no others.
 * The caller adds Host, the length and what signs the request; it leaves out digests of a body that it writes anew.
 */
export function upstreamHeaders(request: S3Request): ReadonlyMap<string, string> {
  return new Map([...request.headers].filter(([name]) => !keptBack.has(name)));
}
