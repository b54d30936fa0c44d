import { samlProviderArn } from '#core/arn';
import { encodeBase32 } from '#core/identifiers';
import { defineOperation } from '#services/operation';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutArn } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';
import { answerTags, readTags, requestTagContext } from '../base/tags.ts';
import { readMetadata } from './metadata.ts';
import { changeEncryption, sealPrivateKey } from './private-keys.ts';

/** Lets a SAML 2.0 identity provider vouch for people of the account (IAM API Reference, "CreateSAMLProvider"). */
export const createSamlProvider = defineOperation(iamOperations.CreateSAMLProvider, {
  callers: 'signed',
  effect: 'change',
  load: (input, { caller }) => ({
    arn: samlProviderArn(caller.account.id, input.Name),
    tags: readTags(input.Tags, 'exact-case'),
  }),
  authorize: (_input, { arn, tags }) => {
    const actions = ['CreateSAMLProvider', ...(tags.length === 0 ? [] : ['TagSAMLProvider'])];
    return actions.map((action) => aboutArn(action, arn, undefined, requestTagContext(tags)));
  },
  run: async (input, { arn, tags }, call) => {
    const { identity, caller, now, random } = call;
    const account = caller.account.id;
    const metadata = readMetadata(input.SAMLMetadataDocument, now);
    const encryption = changeEncryption(
      { privateKeys: [] },
      input,
      sealPrivateKey(input.AddPrivateKey, call),
    );
    await identity.write(({ state, put }) => {
      const providers = state.all('saml-provider');
      if (providers.named(account, input.Name) !== undefined) {
        throw entityAlreadyExists('SAML provider', input.Name);
      }
      checkQuota('SAMLProvidersPerAccount', providers.count(account));
      put('saml-provider', {
        id: arn,
        account,
        name: input.Name,
        uuid: `SAMLSP${encodeBase32(random(15))}`,
        ...metadata,
        ...encryption,
        createdAt: now,
        tags,
      });
    });
    return { SAMLProviderArn: arn, ...(tags.length === 0 ? {} : { Tags: answerTags(tags) }) };
  },
});
