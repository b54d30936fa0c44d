import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutArn, aboutEverything } from '../base/question.ts';
import { answerTags } from '../base/tags.ts';
import { loadSamlProvider, samlProviderNamed } from './provider.ts';

/** Describes a provider. Of its private keys only the ids and dates are told (IAM API Reference, "GetSAMLProvider"). */
export const getSamlProvider = defineOperation(iamOperations.GetSAMLProvider, {
  callers: 'signed',
  effect: 'read',
  load: loadSamlProvider,
  authorize: (input, found) => [aboutArn('GetSAMLProvider', input.SAMLProviderArn, found)],
  run: (input, _found, { state, caller }) => {
    const provider = samlProviderNamed(state, caller.account.id, input.SAMLProviderArn);
    const { tags, privateKeys, assertionEncryptionMode: mode } = provider;
    return {
      SAMLProviderUUID: provider.uuid,
      SAMLMetadataDocument: provider.metadata,
      CreateDate: provider.createdAt,
      ValidUntil: provider.validUntil,
      ...(tags.length === 0 ? {} : { Tags: answerTags(tags) }),
      ...(mode === undefined ? {} : { AssertionEncryptionMode: mode }),
      ...(privateKeys.length === 0
        ? {}
        : { PrivateKeyList: privateKeys.map(({ id, addedAt }) => ({ KeyId: id, Timestamp: addedAt })) }),
    };
  },
});

/** The account's providers (IAM API Reference, "ListSAMLProviders"). */
export const listSamlProviders = defineOperation(iamOperations.ListSAMLProviders, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListSAMLProviders')],
  run: (_input, _loaded, { state, caller }) => ({
    SAMLProviderList: state
      .all('saml-provider')
      .list(caller.account.id)
      .map(({ id, validUntil, createdAt }) => ({ Arn: id, ValidUntil: validUntil, CreateDate: createdAt })),
  }),
});
