import type { World } from './operation.ts';

/** How credentials are fetched on an instance: `2.0` with a session token, `1.0` without (`ec2:RoleDelivery`). */
export type RoleDelivery = '1.0' | '2.0';

/** What is said of an instance, apart from its role. */
export interface InstanceDescription {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly architecture: string;
  readonly privateIp: string;
  readonly hostname: string;
}

/** An instance that the settings name. */
export interface Instance {
  readonly facts: InstanceDescription;
  /** ARN of the instance profile, which is of the instance's account. */
  readonly profileArn: string;
  /** `optional` lets its programs fetch credentials without a session token too. */
  readonly tokens: 'required' | 'optional';
}

/** ARN of an instance, as `ec2:SourceInstanceArn` names it. */
export function instanceArn({
  id,
  accountId,
  region,
}: Pick<InstanceDescription, 'id' | 'accountId' | 'region'>): string {
  return `arn:aws:ec2:${region}:${accountId}:instance/${id}`;
}

/** The instance of that id in the account of the caller and the Region of the request. */
export function findInstance(
  { instances, caller, region }: Pick<World, 'instances' | 'caller' | 'region'>,
  id: string,
): Instance | undefined {
  return instances.find(
    ({ facts }) => facts.id === id && facts.accountId === caller.account.id && facts.region === region,
  );
}
