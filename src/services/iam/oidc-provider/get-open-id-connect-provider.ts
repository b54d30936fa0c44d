import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { answerTags } from '../base/tags.ts';
import { aboutProvider, loadProvider, providerNamed } from './provider.ts';

/** Describes a provider; its URL is answered without the scheme (IAM API Reference, "GetOpenIDConnectProvider"). */
export const getOpenIdConnectProvider = defineOperation(iamOperations.GetOpenIDConnectProvider, {
  callers: 'signed',
  effect: 'read',
  load: loadProvider,
  authorize: (input, found) => [
    aboutProvider('GetOpenIDConnectProvider', input.OpenIDConnectProviderArn, found),
  ],
  run: (input, _found, { state, caller }) => {
    const { url, clientIds, thumbprints, createdAt, tags } = providerNamed(
      state,
      caller.account.id,
      input.OpenIDConnectProviderArn,
    );
    return {
      Url: url.slice('https://'.length),
      ClientIDList: clientIds,
      ThumbprintList: thumbprints,
      CreateDate: createdAt,
      ...(tags.length === 0 ? {} : { Tags: answerTags(tags) }),
    };
  },
});

/** The ARNs of the account's providers (IAM API Reference, "ListOpenIDConnectProviders"). */
export const listOpenIdConnectProviders = defineOperation(iamOperations.ListOpenIDConnectProviders, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListOpenIDConnectProviders')],
  run: (_input, _loaded, { state, caller }) => ({
    OpenIDConnectProviderList: state
      .all('oidc-provider')
      .list(caller.account.id)
      .map(({ id }) => ({ Arn: id })),
  }),
});
