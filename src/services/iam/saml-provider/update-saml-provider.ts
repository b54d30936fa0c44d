import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutArn } from '../base/question.ts';
import { readMetadata } from './metadata.ts';
import { changeEncryption, sealPrivateKey } from './private-keys.ts';
import { loadSamlProvider, samlProviderNamed } from './provider.ts';

/**
 * Puts other metadata in place of a provider's, and changes how its assertions are encrypted (IAM API Reference, "UpdateSAMLProvider").
 * What was signed with a key that is gone is refused from then on.
 */
export const updateSamlProvider = defineOperation(iamOperations.UpdateSAMLProvider, {
  callers: 'signed',
  effect: 'change',
  load: loadSamlProvider,
  authorize: (input, found) => [aboutArn('UpdateSAMLProvider', input.SAMLProviderArn, found)],
  run: async (input, _found, call) => {
    const { identity, caller, now } = call;
    const arn = input.SAMLProviderArn;
    const text = input.SAMLMetadataDocument;
    const metadata = text === undefined ? {} : readMetadata(text, now);
    const added = sealPrivateKey(input.AddPrivateKey, call);
    await identity.write(({ state, put }) => {
      const provider = samlProviderNamed(state, caller.account.id, arn);
      put('saml-provider', { ...provider, ...metadata, ...changeEncryption(provider, input, added) });
    });
    return { SAMLProviderArn: arn };
  },
});
