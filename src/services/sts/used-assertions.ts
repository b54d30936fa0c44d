import { createHash } from 'node:crypto';
import { FederationError } from '#core/federation';
import type { Instant } from '#core/time';
import type {
  IdentityState,
  IdentityStore,
  SamlProviderDocument,
  UsedAssertionDocument,
} from '#stores/identity';

/** How long beyond its redemption an assertion is remembered, for processes whose clocks differ. */
const marginMs = 600_000;

/** An assertion as it will be remembered: its id counts for the provider that issued it alone. */
export function usedAssertion(
  provider: SamlProviderDocument,
  assertion: { readonly assertionId: string; readonly redeemableUntil: Instant },
): UsedAssertionDocument {
  return {
    id: createHash('sha256').update(`${provider.id}\n${assertion.assertionId}`).digest('base64url'),
    account: provider.account,
    forgetAt: assertion.redeemableUntil + marginMs,
  };
}

/** Throws FederationError when the assertion was redeemed already, as far as this process knows. */
export function checkUnused(state: IdentityState, { id }: UsedAssertionDocument): void {
  if (state.all('used-assertion').get(id) !== undefined) {
    throw new FederationError('InvalidIdentityToken', 'The SAML assertion was redeemed already.');
  }
}

/**
 * Uses the assertion up, over all processes: of two requests with one assertion only one gets through here (SAML Profiles §4.1.4.5).
 * Throws FederationError when it was used meanwhile.
 */
export async function consumeAssertion(identity: IdentityStore, used: UsedAssertionDocument): Promise<void> {
  await identity.write(({ state, put }) => {
    checkUnused(state, used);
    put('used-assertion', used);
  });
}

/** Forgets the assertions that could not be redeemed any more. Called every now and then by one who has the time. */
export async function forgetUsedAssertions(now: Instant, identity: IdentityStore): Promise<void> {
  if (forgettable(identity.state, now).length === 0) return;
  await identity.write(({ state, delete: remove }) => {
    for (const { id } of forgettable(state, now)) remove('used-assertion', id);
  });
}

function forgettable(state: IdentityState, now: Instant): readonly UsedAssertionDocument[] {
  return [...state.all('used-assertion').values()].filter(({ forgetAt }) => forgetAt <= now);
}
