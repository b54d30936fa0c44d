import type { RoleDelivery } from '#services/operation';
import type { AttachedProfile } from './instance.ts';
import type { IssuedCredentials } from './renewed-credentials.ts';

/** Where an instance's role and its credentials come from: the service around the door, or an issuer elsewhere. */
export interface CredentialSource {
  /** The instance's role as of now; undefined when it has none. Another id is another role, whatever it is called. */
  role(): { readonly name: string; readonly id: string } | undefined;
  /** The instance's profile; undefined where there is none, or nothing is known of one. */
  profile(): AttachedProfile | undefined;
  /** New credentials of the role. Rejects with CredentialsUnavailable. */
  issue(delivery: RoleDelivery): Promise<IssuedCredentials>;
}
