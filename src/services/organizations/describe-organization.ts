import { defineOperation, loadNothing } from '#services/operation';
import { organizationsOperations } from '#wire/model';
import { organizationAnswer } from './answers.ts';
import { organizationOf } from './membership.ts';

/** The organization of the caller's account, which any member may ask about (Organizations API, "DescribeOrganization"). */
export const describeOrganization = defineOperation(organizationsOperations.DescribeOrganization, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'organizations:DescribeOrganization', resource: '*' }],
  run: (_input, _loaded, { state, caller }) => {
    const organization = organizationOf(state, caller);
    const management = state.all('account').get(organization.managementAccount);
    return { Organization: organizationAnswer(organization, management) };
  },
});
