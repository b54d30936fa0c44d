import { defineOperation } from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { organizationsOperations } from '#wire/model';
import { accountAnswer, unitAnswer } from '../answers.ts';
import { notFound } from '../faults.ts';
import { findOrganization, visibleOrganization } from '../membership.ts';
import { page } from '../page.ts';
import { aboutTarget, accountsIn, findParent, type Parent } from '../target.ts';

/** The ids of the units or the accounts directly in a root or unit (Organizations API, "ListChildren"). */
export const listChildren = defineOperation(organizationsOperations.ListChildren, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('ListChildren', state, organization, input.ParentId),
  ],
  run: (input, _organization, { state, caller }) => {
    const parent = parentOf(state, visibleOrganization(state, caller), input.ParentId);
    const children: readonly { readonly id: string }[] =
      input.ChildType === 'ACCOUNT'
        ? accountsIn(state, parent.id)
        : state.all('organizational-unit').list(parent.id);
    const { items, rest } = page(children, input);
    return { Children: items.map(({ id }) => ({ Id: id, Type: input.ChildType })), ...rest };
  },
});

/** The accounts directly in a root or unit (Organizations API, "ListAccountsForParent"). */
export const listAccountsForParent = defineOperation(organizationsOperations.ListAccountsForParent, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('ListAccountsForParent', state, organization, input.ParentId),
  ],
  run: (input, _organization, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const parent = parentOf(state, organization, input.ParentId);
    const { items, rest } = page(accountsIn(state, parent.id), input);
    return { Accounts: items.map((account) => accountAnswer(state, organization, account)), ...rest };
  },
});

/** The units directly in a root or unit (Organizations API, "ListOrganizationalUnitsForParent"). */
export const listOrganizationalUnitsForParent = defineOperation(
  organizationsOperations.ListOrganizationalUnitsForParent,
  {
    callers: 'signed',
    effect: 'read',
    load: (_input, { state, caller }) => findOrganization(state, caller),
    authorize: (input, organization, { state }) => [
      aboutTarget('ListOrganizationalUnitsForParent', state, organization, input.ParentId),
    ],
    run: (input, _organization, { state, caller }) => {
      const organization = visibleOrganization(state, caller);
      const parent = parentOf(state, organization, input.ParentId);
      const { items, rest } = page(state.all('organizational-unit').list(parent.id), input);
      return { OrganizationalUnits: items.map((unit) => unitAnswer(state, organization, unit)), ...rest };
    },
  },
);

function parentOf(state: IdentityState, organization: OrganizationDocument, id: string): Parent {
  const parent = findParent(state, organization, id);
  if (parent === undefined) throw notFound('ParentNotFoundException');
  return parent;
}
