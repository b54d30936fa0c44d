/**
 * SAML providers: whose assertions an account's roles may trust, by which keys they are verified and decrypted.
 * Owns what IAM keeps of them. Never reads an assertion: that is AssumeRoleWithSAML's.
 * Called by the table of IAM, and by the tags of IAM for `findSamlProvider`.
 */
import { createSamlProvider } from './create-saml-provider.ts';
import { deleteSamlProvider } from './delete-saml-provider.ts';
import { getSamlProvider, listSamlProviders } from './get-saml-provider.ts';
import { updateSamlProvider } from './update-saml-provider.ts';

export const samlProviderOperations = {
  CreateSAMLProvider: createSamlProvider,
  DeleteSAMLProvider: deleteSamlProvider,
  GetSAMLProvider: getSamlProvider,
  ListSAMLProviders: listSamlProviders,
  UpdateSAMLProvider: updateSamlProvider,
};
