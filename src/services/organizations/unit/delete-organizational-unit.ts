import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { aboutTarget, findUnit } from '../target.ts';

/** Deletes an organizational unit that nothing is in, with its attachments (Organizations API, "DeleteOrganizationalUnit"). */
export const deleteOrganizationalUnit = defineOperation(organizationsOperations.DeleteOrganizationalUnit, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('DeleteOrganizationalUnit', state, organization, input.OrganizationalUnitId),
  ],
  run: async (input, _organization, { identity, caller }) =>
    identity.write((transaction): void => {
      const { state } = transaction;
      const organization = managedOrganization(state, caller);
      const unit = findUnit(state, organization, input.OrganizationalUnitId);
      if (unit === undefined) throw notFound('OrganizationalUnitNotFoundException');
      const isEmpty =
        state.all('organizational-unit').count(unit.id) === 0 &&
        state.all('account').owned(unit.id).length === 0;
      if (!isEmpty) {
        throw fault(
          'OrganizationalUnitNotEmptyException',
          'The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.',
        );
      }
      for (const { id } of state.all('policy-attachment').list(unit.id)) {
        transaction.delete('policy-attachment', id);
      }
      transaction.delete('organizational-unit', unit.id);
    }),
});
