import { defineOperation } from '#services/operation';
import { organizationsOperations } from '#wire/model';
import { accountAnswer } from './answers.ts';
import { notFound } from './faults.ts';
import { findOrganization, visibleOrganization } from './membership.ts';
import { aboutTarget, findAccount } from './target.ts';

/** One account of the organization that the caller's account manages (Organizations API, "DescribeAccount"). */
export const describeAccount = defineOperation(organizationsOperations.DescribeAccount, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization, { state }) => [
    aboutTarget('DescribeAccount', state, organization, input.AccountId),
  ],
  run: (input, _organization, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const account = findAccount(state, organization, input.AccountId);
    if (account === undefined) throw notFound('AccountNotFoundException');
    return { Account: accountAnswer(state, organization, account) };
  },
});
