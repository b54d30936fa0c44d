import type { Clock } from '#core/time';
import type { IdentityStore } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import type { TrailBuckets, TrailSpool } from '#stores/trail-store';

/** What delivery needs from outside. */
export interface TrailDeliveryOptions {
  readonly identity: IdentityStore;
  readonly box: SecretBox;
  readonly clock: Clock;
  /** Where the audit log is. */
  readonly auditDirectory: string;
  readonly spool: TrailSpool;
  readonly buckets: TrailBuckets;
  readonly deliverEverySeconds: number;
  readonly digestEverySeconds: number;
  /** Told of what went wrong and will be tried again. */
  readonly onError: (error: unknown) => void;
}
