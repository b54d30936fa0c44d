import { defineOperation, loadNothing } from '#services/operation';
import type { OrganizationDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { organizationAnswer } from './answers.ts';
import { callingAccount } from './membership.ts';
import { createOrganizationId, createRootId, unusedId } from './names.ts';

/** Makes the caller's account the management account of a new organization (Organizations API, "CreateOrganization"). */
export const createOrganization = defineOperation(organizationsOperations.CreateOrganization, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: () => [{ action: 'organizations:CreateOrganization', resource: '*' }],
  run: async (input, _loaded, call) => {
    const { organization, management } = await call.identity.write(({ state, put }) => {
      const account = callingAccount(state, call.caller);
      if (account.organization !== undefined) {
        throw fault(
          'AlreadyInOrganizationException',
          'The provided account is already a member of an organization.',
        );
      }
      const organization: OrganizationDocument = {
        id: unusedId(
          () => createOrganizationId(call.random),
          (id) => state.all('organization').get(id) !== undefined,
        ),
        rootId: unusedId(
          () => createRootId(call.random),
          (id) =>
            state
              .all('organization')
              .list('')
              .some(({ rootId }) => rootId === id),
        ),
        managementAccount: account.id,
        featureSet: input.FeatureSet === 'CONSOLIDATED_BILLING' ? 'CONSOLIDATED_BILLING' : 'ALL',
        createdAt: call.now,
      };
      // AWS reports the management account as invited into its own organization.
      const management = {
        ...account,
        organization: {
          id: organization.id,
          parent: organization.rootId,
          joinedMethod: 'INVITED' as const,
          joinedAt: call.now,
          status: 'ACTIVE' as const,
        },
      };
      put('organization', organization);
      put('account', management);
      return { organization, management };
    });
    return { Organization: organizationAnswer(organization, management) };
  },
});
