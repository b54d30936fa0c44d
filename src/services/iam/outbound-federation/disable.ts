import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { featureDisabled, issuerOf } from './issuer.ts';

/**
 * Ends the issuing of web identity tokens (IAM API Reference, "DisableOutboundWebIdentityFederation").
 * Tokens that were issued stay good until they expire, so the issuer's documents stay too.
 */
export const disableOutboundWebIdentityFederation = defineOperation(
  iamOperations.DisableOutboundWebIdentityFederation,
  {
    callers: 'signed',
    effect: 'change',
    load: loadNothing,
    authorize: () => [aboutEverything('DisableOutboundWebIdentityFederation')],
    run: async (_input, _loaded, { identity, caller }) => {
      await identity.write(({ state, put }) => {
        const issuer = issuerOf(state, caller.account.id);
        if (issuer?.isEnabled !== true) throw featureDisabled();
        put('web-identity-issuer', { ...issuer, isEnabled: false });
      });
    },
  },
);
