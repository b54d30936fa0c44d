import type { AccountId } from '#core/identifiers';
import type { ApplicablePolicies, ContextValue, NamedPolicy } from '#core/policy';
import type { Requester } from '#servers/authorizer';

/** A bucket's owner and the policies of its side, compiled. */
export interface KnownBucket {
  /** True when the bucket was made through a gateway. */
  readonly isRegistered: boolean;
  readonly account: AccountId;
  readonly policy?: NamedPolicy;
  /** The policy as its principals are now, for who asks for it. */
  readonly shownPolicy?: () => string;
  readonly rcps?: ApplicablePolicies['rcps'];
  /** Condition keys, lower-cased, that tell of the owner's organization. */
  readonly context: Readonly<Record<string, ContextValue>>;
}

/** For whom a bucket is changed, and what came over the wire, for the record. */
export interface Behalf {
  readonly requester: Requester;
  readonly sessionToken: string | undefined;
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly sourceIp: string;
  readonly secure: boolean;
}

/** A change that cannot be made. */
export class BucketRefused extends Error {
  readonly code: 'BucketAlreadyExists' | 'BucketNotFound' | 'MalformedPolicy' | 'Unavailable';

  constructor(code: BucketRefused['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BucketRefused';
    this.code = code;
  }
}

/** What a fault of Brevet's own service means to who wanted to change a bucket. */
export function bucketRefusal(code: string | undefined, message: string, cause: unknown): BucketRefused {
  switch (code) {
    case 'BucketAlreadyExistsException':
      return new BucketRefused('BucketAlreadyExists', message, cause);
    case 'BucketNotFoundException':
      return new BucketRefused('BucketNotFound', message, cause);
    case 'MalformedPolicyDocument':
      return new BucketRefused('MalformedPolicy', message, cause);
    default:
      return new BucketRefused('Unavailable', 'the bucket cannot be changed now', cause);
  }
}

/**
 * Whose buckets are, and what their policies say. It records every change under the name of whom it is made for.
 * Every method rejects with BucketRefused.
 */
export interface BucketRegistry {
  find(bucket: string): KnownBucket | Promise<KnownBucket>;
  /** Notes a new bucket as the account's. */
  create(bucket: string, account: AccountId, behalf: Behalf): Promise<void>;
  /** Forgets a bucket and its policy. */
  delete(bucket: string, account: AccountId, behalf: Behalf): Promise<void>;
  putPolicy(bucket: string, account: AccountId, policy: string, behalf: Behalf): Promise<void>;
  deletePolicy(bucket: string, account: AccountId, behalf: Behalf): Promise<void>;
}
