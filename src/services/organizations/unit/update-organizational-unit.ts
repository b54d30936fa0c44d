import { defineOperation } from '#services/operation';
import { organizationsOperations } from '#wire/model';
import { unitAnswer } from '../answers.ts';
import { notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { aboutTarget, findUnit } from '../target.ts';
import { checkUnitName } from './unit-name.ts';

/** Renames an organizational unit; its id, place and policies stay (Organizations API, "UpdateOrganizationalUnit"). */
export const updateOrganizationalUnit = defineOperation(organizationsOperations.UpdateOrganizationalUnit, {
  callers: 'signed',
  effect: 'change',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('UpdateOrganizationalUnit', state, organization, input.OrganizationalUnitId),
  ],
  run: async (input, _organization, { identity, caller }) =>
    identity.write(({ state, put }) => {
      const organization = managedOrganization(state, caller);
      const unit = findUnit(state, organization, input.OrganizationalUnitId);
      if (unit === undefined) throw notFound('OrganizationalUnitNotFoundException');
      const renamed = { ...unit, name: input.Name ?? unit.name };
      checkUnitName(state, unit.parent, renamed.name, unit.id);
      put('organizational-unit', renamed);
      return { OrganizationalUnit: unitAnswer(state, organization, renamed) };
    }),
});
