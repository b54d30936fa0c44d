import { defineOperation, loadNothing } from '#services/operation';
import { organizationsOperations } from '#wire/model';
import { accountAnswer, rootAnswer } from './answers.ts';
import { membersOf, visibleOrganization } from './membership.ts';
import { page } from './page.ts';

/** Every account of the organization, the management account included (Organizations API, "ListAccounts"). */
export const listAccounts = defineOperation(organizationsOperations.ListAccounts, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'organizations:ListAccounts', resource: '*' }],
  run: (input, _loaded, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const { items, rest } = page(membersOf(state, organization), input);
    return { Accounts: items.map((account) => accountAnswer(state, organization, account)), ...rest };
  },
});

/** The one root of the organization (Organizations API, "ListRoots"). */
export const listRoots = defineOperation(organizationsOperations.ListRoots, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'organizations:ListRoots', resource: '*' }],
  run: (input, _loaded, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const { items, rest } = page([organization], input);
    return { Roots: items.map(rootAnswer), ...rest };
  },
});
