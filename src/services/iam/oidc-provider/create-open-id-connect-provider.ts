import { oidcProviderArn } from '#core/arn';
import { defineOperation } from '#services/operation';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkQuota } from '../base/quotas.ts';
import { answerTags, readTags, requestTagContext } from '../base/tags.ts';
import { readClientIds, readThumbprints } from './lists.ts';
import { aboutProvider } from './provider.ts';
import { readProviderUrl } from './provider-url.ts';

/**
 * Lets an OpenID Connect issuer vouch for people and workloads of the account (IAM API Reference, "CreateOpenIDConnectProvider").
 * Without thumbprints only the certificate authorities of the settings count: none is fetched and trusted unseen.
 */
export const createOpenIdConnectProvider = defineOperation(iamOperations.CreateOpenIDConnectProvider, {
  callers: 'signed',
  effect: 'change',
  load: (input, { caller }) => ({
    arn: oidcProviderArn(caller.account.id, readProviderUrl(input.Url)),
    thumbprints: readThumbprints(input.ThumbprintList),
    clientIds: readClientIds(input.ClientIDList),
    tags: readTags(input.Tags, 'exact-case'),
  }),
  authorize: (_input, { arn, tags }) => {
    const actions = [
      'CreateOpenIDConnectProvider',
      ...(tags.length === 0 ? [] : ['TagOpenIDConnectProvider']),
    ];
    return actions.map((action) => aboutProvider(action, arn, undefined, requestTagContext(tags)));
  },
  run: async (input, { arn, thumbprints, clientIds, tags }, { identity, caller, now }) => {
    const account = caller.account.id;
    await identity.write(({ state, put }) => {
      const providers = state.all('oidc-provider');
      // Two that differ only by case would share their condition keys.
      if (providers.named(account, arn) !== undefined) {
        throw entityAlreadyExists('OpenID Connect provider', input.Url);
      }
      checkQuota('OpenIdConnectProvidersPerAccount', providers.count(account));
      put('oidc-provider', {
        id: arn,
        account,
        url: input.Url,
        clientIds,
        thumbprints,
        createdAt: now,
        tags,
      });
    });
    return {
      OpenIDConnectProviderArn: arn,
      ...(tags.length === 0 ? {} : { Tags: answerTags(tags) }),
    };
  },
});
