import { defineOperation, loadNothing } from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { organizationsOperations } from '#wire/model';
import { callingAccount, managedOrganization } from './membership.ts';
import { targetsOf } from './target.ts';

/**
 * Ends an organization that has no account but the management account, no unit and no policy of its own
 * (Organizations API, "DeleteOrganization").
 */
export const deleteOrganization = defineOperation(organizationsOperations.DeleteOrganization, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: () => [{ action: 'organizations:DeleteOrganization', resource: '*' }],
  run: async (_input, _loaded, { identity, caller }) =>
    identity.write((transaction): void => {
      const { state } = transaction;
      const organization = managedOrganization(state, caller);
      if (!isEmpty(state, organization)) {
        throw fault(
          'OrganizationNotEmptyException',
          "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account, delete all OUs, and delete all policies.",
        );
      }
      for (const target of targetsOf(state, organization)) {
        for (const { id } of state.all('policy-attachment').list(target.id)) {
          transaction.delete('policy-attachment', id);
        }
      }
      for (const { id } of state.all('account-creation').list(organization.id)) {
        transaction.delete('account-creation', id);
      }
      const { organization: _membership, ...management } = callingAccount(state, caller);
      transaction.put('account', management);
      transaction.delete('organization', organization.id);
    }),
});

/** AWS's own policies need not go: they are nobody's. */
function isEmpty(state: IdentityState, organization: OrganizationDocument): boolean {
  const policies = state.all('organization-policy');
  return (
    targetsOf(state, organization).every(
      (target) => target.type === 'ROOT' || target.id === organization.managementAccount,
    ) &&
    policies.count(`${organization.id} SERVICE_CONTROL_POLICY`) === 0 &&
    policies.count(`${organization.id} RESOURCE_CONTROL_POLICY`) === 0
  );
}
