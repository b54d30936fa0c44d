import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { accountAnswer } from './answers.ts';
import { findOrganization, managedOrganization } from './membership.ts';
import { accountArn } from './names.ts';

/** One account of the organization that the caller's account manages (Organizations API, "DescribeAccount"). */
export const describeAccount = defineOperation(organizationsOperations.DescribeAccount, {
  callers: 'signed',
  effect: 'read',
  load: (_input, { state, caller }) => findOrganization(state, caller),
  authorize: (input, organization) => [
    {
      action: 'organizations:DescribeAccount',
      resource: organization === undefined ? '*' : accountArn(organization, input.AccountId),
    },
  ],
  run: (input, _organization, { state, caller }) => {
    const organization = managedOrganization(state, caller);
    const account = state.all('account').get(input.AccountId);
    // An account of somebody else's organization is as absent as one that does not exist.
    if (account?.organization?.id !== organization.id) {
      throw fault('AccountNotFoundException', "You specified an account that doesn't exist.");
    }
    return { Account: accountAnswer(organization, account) };
  },
});
