import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { constraintViolation, notFound } from './faults.ts';
import { findOrganization, managedOrganization } from './membership.ts';
import { aboutTarget, findAccount } from './target.ts';

/**
 * Closes a member account: its credentials and sessions are refused from the next request on, and its roles trust nobody
 * (Organizations API, "CloseAccount"). It stays in the organization, as AWS keeps it, and cannot be opened again.
 */
export const closeAccount = defineOperation(organizationsOperations.CloseAccount, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('CloseAccount', state, organization, input.AccountId),
  ],
  run: async (input, _organization, { identity, caller }) =>
    identity.write(({ state, put }): void => {
      const organization = managedOrganization(state, caller);
      const account = findAccount(state, organization, input.AccountId);
      const membership = account?.organization;
      if (account === undefined || membership === undefined) throw notFound('AccountNotFoundException');
      if (account.id === organization.managementAccount) {
        throw constraintViolation('CANNOT_CLOSE_MANAGEMENT_ACCOUNT');
      }
      if (membership.status === 'SUSPENDED') {
        throw fault('AccountAlreadyClosedException', 'The provided account is already closed.');
      }
      put('account', { ...account, organization: { ...membership, status: 'SUSPENDED' } });
    }),
});
