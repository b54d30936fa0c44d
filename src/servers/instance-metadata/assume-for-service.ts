import type { EnterAsService } from '#pipeline';
import type { ServiceCall, ServiceSession } from '#services/operation';
import { assumeRoleForService } from '#services/sts';
import { Fault } from '#wire/faults';
import { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';

/** Credentials of a role for a service's principal, by walking the corridor. Rejects with CredentialsUnavailable. */
export async function assumeForService(
  enter: EnterAsService,
  call: ServiceCall,
  session: ServiceSession,
): Promise<IssuedCredentials> {
  try {
    const { Credentials: issued } = await enter(call, assumeRoleForService, session);
    if (issued === undefined) throw new CredentialsUnavailable('Failed', 'the answer has no credentials');
    return {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.SessionToken,
      issuedAt: issued.Expiration - session.DurationSeconds * 1000,
      expiresAt: issued.Expiration,
    };
  } catch (error) {
    if (error instanceof Fault && error.code === 'AccessDenied')
      throw new CredentialsUnavailable('AssumeRoleUnauthorizedAccess', error.message, error);
    throw new CredentialsUnavailable('Failed', 'the service cannot issue credentials now', error);
  }
}
