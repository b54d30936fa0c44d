import { iamArn, parseArn } from '#core/arn';
import type { AccountId } from '#core/identifiers';
import type { EnterAsService } from '#pipeline';
import { roleArn } from '#services/operation';
import type { IdentityStore, InstanceProfileDocument, RoleDocument } from '#stores/identity';
import { assumeForService } from './assume-for-service.ts';
import { type InstanceFacts, instanceArn } from './instance.ts';
import { CredentialsUnavailable } from './renewed-credentials.ts';
import type { CredentialSource } from './source.ts';

export interface LocalSourceOptions {
  readonly identity: Pick<IdentityStore, 'state'>;
  readonly enter: EnterAsService;
  readonly facts: InstanceFacts;
  /** ARN of the instance profile. */
  readonly profileArn: string;
}

const service = 'ec2.amazonaws.com';

/** The service around the door: EC2's principal walks the corridor for the instance, under the role's trust policy and into the audit log. */
export function createLocalSource({
  identity,
  enter,
  facts,
  profileArn,
}: LocalSourceOptions): CredentialSource {
  const findProfile = (): InstanceProfileDocument | undefined => {
    const { account = '', resource = '' } = parseArn(profileArn) ?? {};
    const found = identity.state
      .all('instance-profile')
      .named(account, resource.slice(resource.lastIndexOf('/') + 1));
    return found !== undefined &&
      iamArn(found.account, 'instance-profile', found.path, found.name) === profileArn
      ? found
      : undefined;
  };
  const findRole = (): RoleDocument | undefined => {
    const id = findProfile()?.roles[0];
    return id === undefined ? undefined : identity.state.all('role').get(id);
  };
  return {
    role: findRole,
    profile: () => ({ arn: profileArn, id: findProfile()?.id }),
    async issue(delivery) {
      const role = findRole();
      if (role === undefined) throw new CredentialsUnavailable('Failed', `${profileArn} has no role`);
      const sourceArn = instanceArn(facts);
      return assumeForService(
        enter,
        { service, sourceArn, account: facts.accountId as AccountId, region: facts.region },
        {
          RoleArn: roleArn(role),
          RoleSessionName: facts.id,
          context: { 'ec2:RoleDelivery': delivery, 'ec2:SourceInstanceArn': sourceArn },
        },
      );
    },
  };
}
