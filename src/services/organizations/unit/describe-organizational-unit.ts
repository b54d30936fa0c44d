import { defineOperation } from '#services/operation';
import { organizationsOperations } from '#wire/model';
import { unitAnswer } from '../answers.ts';
import { notFound } from '../faults.ts';
import { findOrganization, visibleOrganization } from '../membership.ts';
import { aboutTarget, findUnit } from '../target.ts';

/** One organizational unit (Organizations API, "DescribeOrganizationalUnit"). */
export const describeOrganizationalUnit = defineOperation(
  organizationsOperations.DescribeOrganizationalUnit,
  {
    callers: 'signed',
    effect: 'read',
    load: (_input, { state, caller }) => findOrganization(state, caller),
    authorize: (input, organization, { state }) => [
      aboutTarget('DescribeOrganizationalUnit', state, organization, input.OrganizationalUnitId),
    ],
    run: (input, _organization, { state, caller }) => {
      const organization = visibleOrganization(state, caller);
      const unit = findUnit(state, organization, input.OrganizationalUnitId);
      if (unit === undefined) throw notFound('OrganizationalUnitNotFoundException');
      return { OrganizationalUnit: unitAnswer(state, organization, unit) };
    },
  },
);
