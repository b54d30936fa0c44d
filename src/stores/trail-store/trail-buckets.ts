/** The bucket could not take a file. `reason` is S3's code for it, such as `NoSuchBucket`, and may be shown to whoever owns the trail. */
export class BucketError extends Error {
  readonly code = 'BucketUnavailable';
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super(`the bucket of a trail cannot be written: ${reason}`, { cause });
    this.name = 'BucketError';
    this.reason = reason;
  }
}

/** One file of a trail on its way. */
export interface BucketFile {
  /** The account whose trail it is. */
  readonly account: string;
  readonly bucket: string;
  readonly key: string;
  /** Gzip. */
  readonly body: Uint8Array;
  /** User metadata, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TrailBuckets {
  /** Resolves once the file is there; what was there under its key is replaced. Rejects with BucketError. */
  put(file: BucketFile): Promise<void>;
}
