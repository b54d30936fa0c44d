import { createUuid } from '#core/identifiers';
import { keySetsAfterRotation } from '#core/web-identity';
import { defineOperation, loadNothing } from '#services/operation';
import { fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { accountNow } from '../base/lookup.ts';
import { aboutEverything } from '../base/question.ts';
import { issuerOf } from './issuer.ts';
import { makeKeySet } from './make-key-set.ts';

/**
 * Lets principals of the account have web identity tokens (IAM API Reference, "EnableOutboundWebIdentityFederation").
 * The issuer is made once and comes back as it was.
 */
export const enableOutboundWebIdentityFederation = defineOperation(
  iamOperations.EnableOutboundWebIdentityFederation,
  {
    callers: 'signed',
    effect: 'change',
    load: loadNothing,
    authorize: () => [aboutEverything('EnableOutboundWebIdentityFederation')],
    run: async (_input, _loaded, { identity, state, caller, box, random, now, issuerUrl }) => {
      const account = caller.account.id;
      const before = issuerOf(state, account);
      if (before?.isEnabled === true) throw featureEnabled();
      const id = before?.id ?? createUuid(random);
      // Made outside the transaction: it takes the better part of a second.
      const made = before === undefined ? await makeKeySet(id, 0, box) : undefined;
      const chosen = await identity.write(({ state: present, put }) => {
        accountNow(present, caller);
        // Another request may have made one meanwhile.
        const other = issuerOf(present, account);
        if (other?.isEnabled === true) throw featureEnabled();
        const issuer = other ?? {
          id,
          account,
          createdAt: now,
          keySets: keySetsAfterRotation([], made, now),
        };
        put('web-identity-issuer', { ...issuer, isEnabled: true });
        return issuer.id;
      });
      return { IssuerIdentifier: issuerUrl(chosen) };
    },
  },
);

function featureEnabled() {
  return fault('FeatureEnabled', 'Outbound web identity federation is already enabled for this account.');
}
