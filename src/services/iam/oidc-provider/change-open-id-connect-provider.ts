import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { readClientIds, readThumbprints } from './lists.ts';
import { aboutProvider, loadProvider, providerNamed } from './provider.ts';

/** Takes one more audience; one that is there already changes nothing (IAM API Reference, "AddClientIDToOpenIDConnectProvider"). */
export const addClientId = defineOperation(iamOperations.AddClientIDToOpenIDConnectProvider, {
  callers: 'signed',
  effect: 'change',
  load: loadProvider,
  authorize: (input, found) => [
    aboutProvider('AddClientIDToOpenIDConnectProvider', input.OpenIDConnectProviderArn, found),
  ],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const provider = providerNamed(state, caller.account.id, input.OpenIDConnectProviderArn);
      put('oidc-provider', {
        ...provider,
        clientIds: readClientIds([...provider.clientIds, input.ClientID]),
      });
    });
  },
});

/** Takes an audience away; one that is not there changes nothing (IAM API Reference, "RemoveClientIDFromOpenIDConnectProvider"). */
export const removeClientId = defineOperation(iamOperations.RemoveClientIDFromOpenIDConnectProvider, {
  callers: 'signed',
  effect: 'change',
  load: loadProvider,
  authorize: (input, found) => [
    aboutProvider('RemoveClientIDFromOpenIDConnectProvider', input.OpenIDConnectProviderArn, found),
  ],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const provider = providerNamed(state, caller.account.id, input.OpenIDConnectProviderArn);
      put('oidc-provider', {
        ...provider,
        clientIds: provider.clientIds.filter((id) => id !== input.ClientID),
      });
    });
  },
});

/** Puts a list of thumbprints in place of the one there is (IAM API Reference, "UpdateOpenIDConnectProviderThumbprint"). */
export const updateThumbprint = defineOperation(iamOperations.UpdateOpenIDConnectProviderThumbprint, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => ({
    found: loadProvider(input, world),
    thumbprints: readThumbprints(input.ThumbprintList),
  }),
  authorize: (input, { found }) => [
    aboutProvider('UpdateOpenIDConnectProviderThumbprint', input.OpenIDConnectProviderArn, found),
  ],
  run: async (input, { thumbprints }, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const provider = providerNamed(state, caller.account.id, input.OpenIDConnectProviderArn);
      put('oidc-provider', { ...provider, thumbprints });
    });
  },
});
