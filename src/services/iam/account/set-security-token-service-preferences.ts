import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { accountNow } from '../base/lookup.ts';
import { aboutEverything } from '../base/question.ts';

/** Chooses the version of the tokens that the global endpoint issues (IAM API Reference, "SetSecurityTokenServicePreferences"). */
export const setSecurityTokenServicePreferences = defineOperation(
  iamOperations.SetSecurityTokenServicePreferences,
  {
    callers: 'signed',
    effect: 'change',
    load: loadNothing,
    authorize: () => [aboutEverything('SetSecurityTokenServicePreferences')],
    run: async (input, _loaded, { identity, caller }) => {
      const globalEndpointTokenVersion = input.GlobalEndpointTokenVersion === 'v2Token' ? 2 : 1;
      await identity.write(({ state, put }) => {
        put('account', { ...accountNow(state, caller), globalEndpointTokenVersion });
      });
    },
  },
);
