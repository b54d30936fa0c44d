import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutArn } from '../base/question.ts';
import { loadSamlProvider, samlProviderNamed } from './provider.ts';

/** Deletes a provider; roles that trust it are not touched (IAM API Reference, "DeleteSAMLProvider"). */
export const deleteSamlProvider = defineOperation(iamOperations.DeleteSAMLProvider, {
  callers: 'signed',
  effect: 'change',
  load: loadSamlProvider,
  authorize: (input, found) => [aboutArn('DeleteSAMLProvider', input.SAMLProviderArn, found)],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      remove('saml-provider', samlProviderNamed(state, caller.account.id, input.SAMLProviderArn).id);
    });
  },
});
