import type { EnterAsService } from '#pipeline';
import { findInstanceProfile, instanceSession } from '#services/brevet';
import type { Instance } from '#services/operation';
import type { IdentityStore } from '#stores/identity';
import { assumeForService } from './assume-for-service.ts';
import { CredentialsUnavailable } from './renewed-credentials.ts';
import type { CredentialSource } from './source.ts';

export interface LocalSourceOptions extends Pick<Instance, 'facts' | 'profileArn'> {
  readonly identity: Pick<IdentityStore, 'state'>;
  readonly enter: EnterAsService;
}

/** The service around the door: EC2's principal walks the corridor for the instance, under the role's trust policy and into the audit log. */
export function createLocalSource(options: LocalSourceOptions): CredentialSource {
  const { identity, enter, profileArn } = options;
  return {
    role: () => findInstanceProfile(identity.state, profileArn).role,
    profile: () => ({ arn: profileArn, id: findInstanceProfile(identity.state, profileArn).profile?.id }),
    async issue(delivery) {
      const { role } = findInstanceProfile(identity.state, profileArn);
      if (role === undefined) throw new CredentialsUnavailable('Failed', `${profileArn} has no role`);
      return assumeForService(enter, ...instanceSession(options, role, delivery));
    },
  };
}
