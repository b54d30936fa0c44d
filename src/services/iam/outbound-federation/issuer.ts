import type { IdentityState, WebIdentityIssuerDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';

/** The issuer of an account, whether it issues or not; undefined when the account never had one. */
export function issuerOf(state: IdentityState, account: string): WebIdentityIssuerDocument | undefined {
  return state.all('web-identity-issuer').list(account)[0];
}

export function featureDisabled(): Fault {
  return fault('FeatureDisabled', 'Outbound web identity federation is not enabled for this account.');
}
