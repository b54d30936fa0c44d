import { hash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '#core/time';
import { isAbsent, writeDurably } from './durable.ts';
import { BucketError, type BucketFile, type TrailBuckets } from './trail-buckets.ts';

/** An object of a bucket. */
export interface BucketObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: Instant;
}

/**
 * Buckets in a directory, for trails without an S3 endpoint. Each account has buckets of its own: one name in two accounts is two buckets,
 * so nobody reads another's trail by naming its bucket.
 */
export interface LocalBuckets extends TrailBuckets {
  /** Up to `limit` objects whose keys begin with `prefix` and come after `after`, in the order of their keys. */
  list(
    account: string,
    bucket: string,
    options: { readonly prefix: string; readonly after: string; readonly limit: number },
  ): Promise<readonly BucketObject[]>;
  /** The object, or undefined when there is none of that key. */
  get(
    account: string,
    bucket: string,
    key: string,
  ): Promise<
    | (BucketObject & { readonly body: Uint8Array; readonly metadata: Readonly<Record<string, string>> })
    | undefined
  >;
}

/** What is kept beside an object. */
const metadataSuffix = '.metadata';
const objectSuffix = '.json.gz';

/** Opens the buckets below a directory, which need not be there. */
export function openLocalBuckets(directory: string): LocalBuckets {
  const pathOf = (account: string, bucket: string, key: string): string | undefined =>
    isSafe(account) && isSafe(bucket) && key.endsWith(objectSuffix) && key.split('/').every(isSafe)
      ? join(directory, account, bucket, key)
      : undefined;
  return {
    async put({ account, bucket, key, body, metadata }: BucketFile) {
      const path = pathOf(account, bucket, key);
      if (path === undefined) throw new BucketError('InvalidObjectName');
      try {
        // The metadata first: no object is ever without its signature.
        await writeDurably(`${path}${metadataSuffix}`, JSON.stringify(metadata));
        await writeDurably(path, body);
      } catch (error) {
        throw new BucketError('InternalError', error);
      }
    },
    async list(account, bucket, { prefix, after, limit }) {
      const root =
        pathOf(account, bucket, objectSuffix) === undefined ? undefined : join(directory, account, bucket);
      if (root === undefined) return [];
      const found: BucketObject[] = [];
      for await (const key of keysBelow(root, '', prefix, after)) {
        if (found.length === limit) break;
        const path = join(root, key);
        const [status, body] = await Promise.all([stat(path), readFile(path)]);
        found.push({ key, size: status.size, etag: hash('md5', body), modifiedAt: status.mtimeMs });
      }
      return found;
    },
    async get(account, bucket, key) {
      const path = pathOf(account, bucket, key);
      if (path === undefined) return undefined;
      try {
        const body = await readFile(path);
        const [status, metadata] = await Promise.all([
          stat(path),
          readFile(`${path}${metadataSuffix}`, 'utf8'),
        ]);
        return {
          key,
          size: body.length,
          etag: hash('md5', body),
          modifiedAt: status.mtimeMs,
          body,
          metadata: JSON.parse(metadata) as Readonly<Record<string, string>>,
        };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
  };
}

/** One part of a path that stays where it is put. */
function isSafe(part: string): boolean {
  return part !== '' && !/^\.+$/.test(part) && !/[/\\\0]/.test(part);
}

/** Keys in the order S3 lists them. Folders that hold nothing wanted are not opened. */
async function* keysBelow(
  root: string,
  folder: string,
  prefix: string,
  after: string,
): AsyncGenerator<string> {
  const names = await namesIn(join(root, folder));
  // A folder sorts as its name and a slash do, since that is what its keys begin with.
  const entries = names.map(({ name, isFolder }) => `${folder}${name}${isFolder ? '/' : ''}`).sort();
  for (const entry of entries) {
    if (entry.endsWith('/')) {
      const mayHold = entry.startsWith(prefix) || prefix.startsWith(entry);
      const isBefore = entry < after && !after.startsWith(entry);
      if (mayHold && !isBefore) yield* keysBelow(root, entry, prefix, after);
    } else if (entry.endsWith(objectSuffix) && entry.startsWith(prefix) && entry > after) yield entry;
  }
}

async function namesIn(
  path: string,
): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
