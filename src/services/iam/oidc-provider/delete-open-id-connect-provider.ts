import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutProvider, findProvider, loadProvider } from './provider.ts';

/** Deletes a provider; roles that trust it are not touched (IAM API Reference, "DeleteOpenIDConnectProvider"). */
export const deleteOpenIdConnectProvider = defineOperation(iamOperations.DeleteOpenIDConnectProvider, {
  callers: 'signed',
  effect: 'change',
  load: loadProvider,
  authorize: (input, found) => [
    aboutProvider('DeleteOpenIDConnectProvider', input.OpenIDConnectProviderArn, found),
  ],
  run: async (input, _found, { identity, caller }) => {
    const arn = input.OpenIDConnectProviderArn;
    await identity.write(({ state, delete: remove }) => {
      if (findProvider(state, caller.account.id, arn) === undefined) {
        throw fault('NoSuchEntity', `OpenId connect Provider ${arn} cannot be found.`);
      }
      remove('oidc-provider', arn);
    });
  },
});
