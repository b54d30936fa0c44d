import type { AccountId } from '#core/identifiers';
import type { World } from '#services/operation';

/** The verifier's own account, or one of the organization that it manages. */
export function isWithinReach({ state, caller }: World, account: AccountId): boolean {
  if (account === caller.account.id) return true;
  const id = state.all('account').get(account)?.organization?.id;
  return id !== undefined && state.all('organization').get(id)?.managementAccount === caller.account.id;
}
