import { compareText } from '#core/text';
import { defineOperation, loadNothing, trustableServices } from '#services/operation';
import type { DelegatedAdministrator } from '#stores/identity';
import { organizationsOperations } from '#wire/model';
import { accountAnswer } from '../answers.ts';
import { invalidInput, notFound } from '../faults.ts';
import { findOrganization, visibleOrganization } from '../membership.ts';
import { page } from '../page.ts';
import { aboutTarget, findAccount } from '../target.ts';
import { notRegistered } from './delegate.ts';

/** The members that manage a service, or any service (Organizations API, "ListDelegatedAdministrators"). */
export const listDelegatedAdministrators = defineOperation(
  organizationsOperations.ListDelegatedAdministrators,
  {
    callers: 'signed',
    effect: 'read',
    load: loadNothing,
    authorize: (input) => [
      {
        action: 'organizations:ListDelegatedAdministrators',
        resource: '*',
        context: { 'organizations:ServicePrincipal': input.ServicePrincipal },
      },
    ],
    run: (input, _loaded, { state, caller }) => {
      const organization = visibleOrganization(state, caller);
      const wanted = input.ServicePrincipal;
      if (wanted !== undefined && !trustableServices.has(wanted))
        throw invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL');
      const firsts = firstRegistrations(
        (organization.delegatedAdministrators ?? []).filter(
          ({ principal }) => wanted === undefined || principal === wanted,
        ),
      );
      const { items, rest } = page(firsts, input);
      return {
        DelegatedAdministrators: items.flatMap(({ id, registeredAt }) => {
          const account = findAccount(state, organization, id);
          if (account === undefined) return [];
          const { Paths: _paths, ...answer } = accountAnswer(state, organization, account);
          return [{ ...answer, DelegationEnabledDate: registeredAt }];
        }),
        ...rest,
      };
    },
  },
);

/** The services that one member manages (Organizations API, "ListDelegatedServicesForAccount"). */
export const listDelegatedServicesForAccount = defineOperation(
  organizationsOperations.ListDelegatedServicesForAccount,
  {
    callers: 'signed',
    effect: 'read',
    load: (_input, { state, caller }) => findOrganization(state, caller),
    authorize: (input, organization, { state }) => [
      aboutTarget('ListDelegatedServicesForAccount', state, organization, input.AccountId),
    ],
    run: (input, _organization, { state, caller }) => {
      const organization = visibleOrganization(state, caller);
      if (findAccount(state, organization, input.AccountId) === undefined)
        throw notFound('AccountNotFoundException');
      const managed = (organization.delegatedAdministrators ?? [])
        .filter(({ account }) => account === input.AccountId)
        .map(({ principal, registeredAt }) => ({ id: principal, registeredAt }))
        .sort((left, right) => compareText(left.id, right.id));
      if (managed.length === 0) throw notRegistered();
      const { items, rest } = page(managed, input);
      return {
        DelegatedServices: items.map(({ id, registeredAt }) => ({
          ServicePrincipal: id,
          DelegationEnabledDate: registeredAt,
        })),
        ...rest,
      };
    },
  },
);

/** Each account once, sorted by id, with the time since when it manages anything. */
function firstRegistrations(
  delegated: readonly DelegatedAdministrator[],
): readonly { readonly id: string; readonly registeredAt: number }[] {
  const firsts = new Map<string, number>();
  for (const { account, registeredAt } of delegated)
    firsts.set(account, Math.min(registeredAt, firsts.get(account) ?? registeredAt));
  return [...firsts]
    .map(([id, registeredAt]) => ({ id, registeredAt }))
    .sort((left, right) => compareText(left.id, right.id));
}
