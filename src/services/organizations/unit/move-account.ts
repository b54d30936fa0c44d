import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { aboutTarget, findAccount, findParent } from '../target.ts';

/** Moves an account from the root or unit it is in to another (Organizations API, "MoveAccount"). */
export const moveAccount = defineOperation(organizationsOperations.MoveAccount, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) =>
    [input.AccountId, input.SourceParentId, input.DestinationParentId].map((id) =>
      aboutTarget('MoveAccount', state, organization, id),
    ),
  run: async (input, _organization, { identity, caller }) =>
    identity.write(({ state, put }): void => {
      const organization = managedOrganization(state, caller);
      const account = findAccount(state, organization, input.AccountId);
      const membership = account?.organization;
      if (account === undefined || membership === undefined) throw notFound('AccountNotFoundException');
      const source = findParent(state, organization, input.SourceParentId);
      if (source?.id !== membership.parent) throw notFound('SourceParentNotFoundException');
      const destination = findParent(state, organization, input.DestinationParentId);
      if (destination === undefined) throw notFound('DestinationParentNotFoundException');
      if (destination.id === source.id) {
        throw fault(
          'DuplicateAccountException',
          'That account is already present in the specified destination.',
        );
      }
      put('account', { ...account, organization: { ...membership, parent: destination.id } });
    }),
});
