/**
 * IAM: users, groups, roles, policies and everything that proves who they are.
 * Owns what these are and how they may change; deciding who may change them is the pipeline's, and keeping them the identity store's.
 * Called by the pipeline. Each resource has a folder with the table of its operations; together they are the coverage table of the service.
 */
import type { Operation, Unsupported } from '#services/operation';
import type { IamOperationName } from '#wire/model';
import { accessKeyOperations } from './access-key/index.ts';
import { accountOperations } from './account/index.ts';
import { attachedPolicyOperations } from './attached-policy/index.ts';
import { boundaryOperations } from './boundary/index.ts';
import { groupOperations } from './group/index.ts';
import { inlinePolicyOperations } from './inline-policy/index.ts';
import { instanceProfileOperations } from './instance-profile/index.ts';
import { loginProfileOperations } from './login-profile/index.ts';
import { managedPolicyOperations } from './managed-policy/index.ts';
import { mfaDeviceOperations } from './mfa-device/index.ts';
import { oidcProviderOperations } from './oidc-provider/index.ts';
import { organizationRootOperations } from './organization-root/index.ts';
import { outboundFederationOperations } from './outbound-federation/index.ts';
import { roleOperations } from './role/index.ts';
import { samlProviderOperations } from './saml-provider/index.ts';
import { serviceAccessOperations } from './service-access/index.ts';
import { simulationOperations } from './simulation/index.ts';
import { tagOperations } from './tag/index.ts';
import { unsupportedOperations } from './unsupported.ts';
import { userOperations } from './user/index.ts';

export { changePasswordAtSignIn } from './login-profile/index.ts';
export { rotateWebIdentityKeys } from './outbound-federation/index.ts';

export const iam = {
  ...unsupportedOperations,
  ...accessKeyOperations,
  ...accountOperations,
  ...attachedPolicyOperations,
  ...boundaryOperations,
  ...groupOperations,
  ...inlinePolicyOperations,
  ...instanceProfileOperations,
  ...loginProfileOperations,
  ...managedPolicyOperations,
  ...mfaDeviceOperations,
  ...oidcProviderOperations,
  ...organizationRootOperations,
  ...outboundFederationOperations,
  ...roleOperations,
  ...samlProviderOperations,
  ...tagOperations,
  ...userOperations,
  ...serviceAccessOperations,
  ...simulationOperations,
} satisfies Record<IamOperationName, Operation | Unsupported>;
