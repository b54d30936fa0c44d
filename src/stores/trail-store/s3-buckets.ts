import { hash } from 'node:crypto';
import { type SigningCredentials, signRequest } from '#core/sigv4';
import type { Clock } from '#core/time';
import { BucketError, type BucketFile, type TrailBuckets } from './trail-buckets.ts';

export interface S3BucketsOptions {
  /** `http://127.0.0.1:9000`; buckets are addressed by path. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
  readonly clock: Clock;
}

const timeoutMs = 30_000;
const mostErrorBytes = 65_536;

/** Buckets on an S3 endpoint, written with PutObject (Amazon S3 API, "PutObject"). */
export function openS3Buckets({ endpoint, region, credentials, clock }: S3BucketsOptions): TrailBuckets {
  const base = new URL(endpoint);
  return {
    async put({ bucket, key, body, metadata }: BucketFile) {
      const path = `${base.pathname.replace(/\/$/, '')}/${[bucket, ...key.split('/')].map(encodePart).join('/')}`;
      const unsigned = [
        ...['host', base.host, 'content-type', 'application/x-gzip'],
        // CloudTrail's bucket policies ask for it.
        ...['x-amz-acl', 'bucket-owner-full-control'],
        ...Object.entries(metadata).flatMap(([name, value]) => [`x-amz-meta-${name}`, value]),
      ];
      const { rawHeaders } = signRequest(
        { method: 'PUT', target: path, rawHeaders: unsigned, bodySha256: hash('sha256', body) },
        { credentials, region, service: 's3', now: clock(), uriEncoding: 'once' },
      );
      const response = await send(new URL(path, base), rawHeaders, body);
      const text = await readSome(response);
      if (!response.ok) {
        throw new BucketError(
          /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(text)?.[1] ?? `HTTP ${response.status}`,
        );
      }
    },
  };
}

async function send(url: URL, rawHeaders: readonly string[], body: Uint8Array): Promise<Response> {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]];
    // fetch writes it itself, from the same URL.
    if (name !== 'host') headers.append(name, value);
  }
  try {
    return await fetch(url, {
      method: 'PUT',
      headers,
      body: Uint8Array.from(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new BucketError('EndpointUnreachable', error);
  }
}

/** The beginning of an answer; the rest is not waited for. */
async function readSome(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > mostErrorBytes) break;
    }
  } catch (error) {
    throw new BucketError('EndpointUnreachable', error);
  }
  return text;
}

/** RFC 3986 §2.3: only unreserved characters stay. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
