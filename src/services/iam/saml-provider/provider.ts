import { parseArn } from '#core/arn';
import type { World } from '#services/operation';
import type { IdentityState, SamlProviderDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';

/** Throws InvalidInput for text that can name no SAML provider. */
export function checkSamlProviderArn(arn: string): void {
  const parts = parseArn(arn);
  if (parts?.service !== 'iam' || !/^saml-provider\/[\w.-]+$/.test(parts.resource)) {
    throw fault('InvalidInput', `Invalid ARN: ${arn}`);
  }
}

/** The provider of that ARN in that account; another account's is as absent as none. */
export function findSamlProvider(
  state: IdentityState,
  account: string,
  arn: string,
): SamlProviderDocument | undefined {
  const provider = state.all('saml-provider').get(arn);
  return provider?.account === account ? provider : undefined;
}

/** The provider of that ARN. Throws NoSuchEntity. */
export function samlProviderNamed(state: IdentityState, account: string, arn: string): SamlProviderDocument {
  const provider = findSamlProvider(state, account, arn);
  if (provider === undefined) throw noSuchEntity('SAML provider', arn);
  return provider;
}

/** Finds the provider a request names. Throws InvalidInput for an ARN that can be none's. */
export function loadSamlProvider(
  { SAMLProviderArn: arn }: { readonly SAMLProviderArn: string },
  { state, caller }: World,
): SamlProviderDocument | undefined {
  checkSamlProviderArn(arn);
  return findSamlProvider(state, caller.account.id, arn);
}
