import type { Instant } from '#core/time';
import type { InstanceDescription } from '#services/operation';

/** What the metadata says of an instance, apart from its role. */
export interface InstanceFacts extends InstanceDescription {
  readonly startedAt: Instant;
}

/** The profile of an instance as it is now. */
export interface AttachedProfile {
  readonly arn: string;
  /** `AIPA…`; undefined when the profile does not exist. */
  readonly id: string | undefined;
}
