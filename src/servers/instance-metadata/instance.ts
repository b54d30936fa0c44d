import type { Instant } from '#core/time';

/** How credentials were fetched: `2.0` with a session token, `1.0` without (`ec2:RoleDelivery`). */
export type RoleDelivery = '1.0' | '2.0';

/** What the metadata says of an instance, apart from its role. */
export interface InstanceFacts {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly architecture: string;
  readonly privateIp: string;
  readonly hostname: string;
  readonly startedAt: Instant;
}

/** The profile of an instance as it is now. */
export interface AttachedProfile {
  readonly arn: string;
  /** `AIPA…`; undefined when the profile does not exist. */
  readonly id: string | undefined;
}

/** ARN of an instance, as `ec2:SourceInstanceArn` names it. */
export function instanceArn({ id, accountId, region }: InstanceFacts): string {
  return `arn:aws:ec2:${region}:${accountId}:instance/${id}`;
}
