import { defineOperation } from '#services/operation';
import { organizationsOperations } from '#wire/model';
import { notFound } from '../faults.ts';
import { findOrganization, visibleOrganization } from '../membership.ts';
import { page } from '../page.ts';
import { aboutTarget, findAccount, findUnit } from '../target.ts';

/** The one root or unit that an account or unit is directly in (Organizations API, "ListParents"). */
export const listParents = defineOperation(organizationsOperations.ListParents, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('ListParents', state, organization, input.ChildId),
  ],
  run: (input, _organization, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const id =
      findAccount(state, organization, input.ChildId)?.organization?.parent ??
      findUnit(state, organization, input.ChildId)?.parent;
    if (id === undefined) throw notFound('ChildNotFoundException');
    const { items, rest } = page([{ id }], input);
    const Type = id === organization.rootId ? 'ROOT' : 'ORGANIZATIONAL_UNIT';
    return { Parents: items.map((parent) => ({ Id: parent.id, Type })), ...rest };
  },
});
