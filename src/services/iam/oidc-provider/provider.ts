import { parseArn } from '#core/arn';
import type { ContextValue } from '#core/policy';
import type { Question, World } from '#services/operation';
import type { IdentityState, OidcProviderDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { aboutArn } from '../base/question.ts';

/** Throws InvalidInput for text that can name no OpenID Connect provider. */
export function checkProviderArn(arn: string): void {
  const parts = parseArn(arn);
  if (parts?.service !== 'iam' || !/^oidc-provider\/./.test(parts.resource)) {
    throw fault('InvalidInput', `Invalid ARN: ${arn}`);
  }
}

/** The provider of that ARN in that account; another account's is as absent as none. */
export function findProvider(
  state: IdentityState,
  account: string,
  arn: string,
): OidcProviderDocument | undefined {
  const provider = state.all('oidc-provider').get(arn);
  return provider?.account === account ? provider : undefined;
}

/** The provider of that ARN. Throws NoSuchEntity. */
export function providerNamed(state: IdentityState, account: string, arn: string): OidcProviderDocument {
  const provider = findProvider(state, account, arn);
  if (provider === undefined) throw noSuchEntity('OpenID Connect provider', arn);
  return provider;
}

/** Finds the provider a request names. Throws InvalidInput for an ARN that can be none's. */
export function loadProvider(
  { OpenIDConnectProviderArn: arn }: { readonly OpenIDConnectProviderArn: string },
  { state, caller }: World,
): OidcProviderDocument | undefined {
  checkProviderArn(arn);
  return findProvider(state, caller.account.id, arn);
}

/** The question whether the caller may do this to a provider. */
export function aboutProvider(
  action: string,
  arn: string,
  found: OidcProviderDocument | undefined,
  context?: Readonly<Record<string, ContextValue>>,
): Question {
  return aboutArn(action, arn, found, context);
}
