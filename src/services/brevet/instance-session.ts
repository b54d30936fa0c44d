import { iamArn, parseArn } from '#core/arn';
import type { AccountId } from '#core/identifiers';
import {
  type Instance,
  instanceArn,
  type RoleDelivery,
  roleArn,
  type ServiceCall,
  type ServiceSession,
} from '#services/operation';
import type { IdentityState, InstanceProfileDocument, RoleDocument } from '#stores/identity';

/** How long sessions of EC2 live, whatever the role's maximum. */
export const instanceSessionSeconds = 21_600;

/** The profile of that ARN, and its role; undefined for what does not exist now. */
export interface FoundProfile {
  readonly profile: InstanceProfileDocument | undefined;
  readonly role: RoleDocument | undefined;
}

export function findInstanceProfile(state: IdentityState, arn: string): FoundProfile {
  const { account = '', resource = '' } = parseArn(arn) ?? {};
  const found = state.all('instance-profile').named(account, resource.slice(resource.lastIndexOf('/') + 1));
  const isIt =
    found !== undefined && iamArn(found.account, 'instance-profile', found.path, found.name) === arn;
  const profile = isIt ? found : undefined;
  const id = profile?.roles[0];
  return { profile, role: id === undefined ? undefined : state.all('role').get(id) };
}

/** What EC2 asks for in the name of an instance (IAM User Guide, "IAM roles for Amazon EC2"). */
export function instanceSession(
  { facts }: Pick<Instance, 'facts'>,
  role: RoleDocument,
  delivery: RoleDelivery,
): readonly [call: ServiceCall, session: ServiceSession] {
  const sourceArn = instanceArn(facts);
  return [
    {
      service: 'ec2.amazonaws.com',
      sourceArn,
      account: facts.accountId as AccountId,
      region: facts.region,
    },
    {
      RoleArn: roleArn(role),
      RoleSessionName: facts.id,
      DurationSeconds: instanceSessionSeconds,
      context: { 'ec2:RoleDelivery': delivery, 'ec2:SourceInstanceArn': sourceArn },
    },
  ];
}
