import { defineOperation, loadNothing } from '#services/operation';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { creationAnswer } from './answers.ts';
import { visibleOrganization } from './membership.ts';
import { page } from './page.ts';

/** The outcome of one CreateAccount request (Organizations API, "DescribeCreateAccountStatus"). */
export const describeCreateAccountStatus = defineOperation(
  organizationsOperations.DescribeCreateAccountStatus,
  {
    callers: 'signed',
    effect: 'read',
    load: loadNothing,
    authorize: () => [{ action: 'organizations:DescribeCreateAccountStatus', resource: '*' }],
    run: (input, _loaded, { state, caller }) => {
      const organization = visibleOrganization(state, caller);
      const creation = state.all('account-creation').get(input.CreateAccountRequestId);
      if (creation?.organization !== organization.id) {
        throw fault(
          'CreateAccountStatusNotFoundException',
          "We can't find an create account request with the CreateAccountRequestId that you specified.",
        );
      }
      return { CreateAccountStatus: creationAnswer(creation) };
    },
  },
);

/** The outcomes of all CreateAccount requests, or of those in some states (Organizations API, "ListCreateAccountStatus"). */
export const listCreateAccountStatus = defineOperation(organizationsOperations.ListCreateAccountStatus, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'organizations:ListCreateAccountStatus', resource: '*' }],
  run: (input, _loaded, { state, caller }) => {
    const organization = visibleOrganization(state, caller);
    const states = input.States ?? [];
    const wanted = state
      .all('account-creation')
      .list(organization.id)
      .filter((creation) => states.length === 0 || states.includes(creation.state));
    const { items, rest } = page(wanted, input);
    return { CreateAccountStatuses: items.map(creationAnswer), ...rest };
  },
});
