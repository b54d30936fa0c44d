/**
 * The Security Token Service: temporary credentials for users, roles and federated users.
 * Owns what a session may be asked for and what it will carry; sealing is core/session-token's. It never checks a signature,
 * asks policy or writes audit: the pipeline does. The table below is also the coverage table of the service.
 */
import { type FederatedOperation, type Operation, type Unsupported, unsupported } from '#services/operation';
import { type StsOperationName, stsOperations } from '#wire/model';
import { assumeRole } from './assume-role.ts';
import { assumeRoleWithSaml } from './assume-role-with-saml.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { assumeRoot } from './assume-root.ts';
import { decodeAuthorizationMessage } from './decode-authorization-message.ts';
import { getAccessKeyInfo } from './get-access-key-info.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getFederationToken } from './get-federation-token.ts';
import { getSessionToken } from './get-session-token.ts';
import { getWebIdentityToken } from './get-web-identity-token.ts';

export { assumeRoleForService } from './assume-role-for-service.ts';
export { forgetUsedAssertions } from './used-assertions.ts';

export const sts = {
  AssumeRole: assumeRole,
  AssumeRoleWithSAML: assumeRoleWithSaml,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
  AssumeRoot: assumeRoot,
  DecodeAuthorizationMessage: decodeAuthorizationMessage,
  GetAccessKeyInfo: getAccessKeyInfo,
  GetCallerIdentity: getCallerIdentity,
  GetDelegatedAccessToken: unsupported(
    stsOperations.GetDelegatedAccessToken,
    'temporary delegation to product providers is not built yet',
  ),
  GetFederationToken: getFederationToken,
  GetSessionToken: getSessionToken,
  GetWebIdentityToken: getWebIdentityToken,
} satisfies Record<StsOperationName, Operation | FederatedOperation | Unsupported>;
