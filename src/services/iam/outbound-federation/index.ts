/**
 * Whether the principals of an account may have tokens that others trust, and the account's issuer with its keys.
 * It makes keys and seals them at once; signing is STS's and serving the public halves the door's.
 * Called by the table of IAM; rotation by main.
 */
import { disableOutboundWebIdentityFederation } from './disable.ts';
import { enableOutboundWebIdentityFederation } from './enable.ts';
import { getOutboundWebIdentityFederationInfo } from './get-info.ts';

export { rotateWebIdentityKeys } from './rotate.ts';

export const outboundFederationOperations = {
  DisableOutboundWebIdentityFederation: disableOutboundWebIdentityFederation,
  EnableOutboundWebIdentityFederation: enableOutboundWebIdentityFederation,
  GetOutboundWebIdentityFederationInfo: getOutboundWebIdentityFederationInfo,
};
