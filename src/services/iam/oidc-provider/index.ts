/**
 * OpenID Connect providers: the issuers whose tokens an account's roles may trust, and the audiences that are meant for it.
 * Owns what IAM keeps of them. Never speaks to an issuer and never reads a token: that is AssumeRoleWithWebIdentity's.
 * Called by the table of IAM, and by the tags of IAM for `findProvider`.
 */
import { addClientId, removeClientId, updateThumbprint } from './change-open-id-connect-provider.ts';
import { createOpenIdConnectProvider } from './create-open-id-connect-provider.ts';
import { deleteOpenIdConnectProvider } from './delete-open-id-connect-provider.ts';
import { getOpenIdConnectProvider, listOpenIdConnectProviders } from './get-open-id-connect-provider.ts';

export const oidcProviderOperations = {
  AddClientIDToOpenIDConnectProvider: addClientId,
  CreateOpenIDConnectProvider: createOpenIdConnectProvider,
  DeleteOpenIDConnectProvider: deleteOpenIdConnectProvider,
  GetOpenIDConnectProvider: getOpenIdConnectProvider,
  ListOpenIDConnectProviders: listOpenIdConnectProviders,
  RemoveClientIDFromOpenIDConnectProvider: removeClientId,
  UpdateOpenIDConnectProviderThumbprint: updateThumbprint,
};
