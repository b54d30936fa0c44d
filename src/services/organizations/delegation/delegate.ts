import { defineOperation, type Question, trustableServices, trustsService } from '#services/operation';
import type { IdentityState, OrganizationDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { type OrganizationsTypes, organizationsOperations } from '#wire/model';
import { constraintViolation, invalidInput, notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { aboutTarget, findAccount } from '../target.ts';

/** Lets a member manage a service for the whole organization (Organizations API, "RegisterDelegatedAdministrator"). */
export const registerDelegatedAdministrator = defineOperation(
  organizationsOperations.RegisterDelegatedAdministrator,
  {
    callers: 'signed',
    effect: 'change',
    load: (_input, { state, caller }) => findOrganization(state, caller),
    authorize: (input, organization, { state }) => [
      aboutDelegation('RegisterDelegatedAdministrator', state, organization, input),
    ],
    run: async (input, _organization, { identity, caller, now }) =>
      identity.write(({ state, put }): void => {
        const organization = managedOrganization(state, caller);
        const { AccountId, ServicePrincipal: principal } = input;
        if (!trustableServices.has(principal)) throw invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL');
        const account = findAccount(state, organization, AccountId);
        if (account === undefined) throw notFound('AccountNotFoundException');
        if (account.id === organization.managementAccount)
          throw constraintViolation('CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR');
        if (account.organization?.status === 'SUSPENDED')
          throw constraintViolation('CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR');
        if (!trustsService(organization, principal)) throw constraintViolation('SERVICE_ACCESS_NOT_ENABLED');
        const present = organization.delegatedAdministrators ?? [];
        if (present.some((one) => one.account === account.id && one.principal === principal)) {
          throw fault(
            'AccountAlreadyRegisteredException',
            'The provided account is already a delegated administrator for your organization.',
          );
        }
        const added = { account: account.id, principal, registeredAt: now };
        put('organization', { ...organization, delegatedAdministrators: [...present, added] });
      }),
  },
);

/** Takes that back (Organizations API, "DeregisterDelegatedAdministrator"). */
export const deregisterDelegatedAdministrator = defineOperation(
  organizationsOperations.DeregisterDelegatedAdministrator,
  {
    callers: 'signed',
    effect: 'change',
    load: (_input, { state, caller }) => findOrganization(state, caller),
    authorize: (input, organization, { state }) => [
      aboutDelegation('DeregisterDelegatedAdministrator', state, organization, input),
    ],
    run: async (input, _organization, { identity, caller }) =>
      identity.write(({ state, put }): void => {
        const organization = managedOrganization(state, caller);
        const { AccountId, ServicePrincipal: principal } = input;
        if (!trustableServices.has(principal)) throw invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL');
        if (findAccount(state, organization, AccountId) === undefined)
          throw notFound('AccountNotFoundException');
        const present = organization.delegatedAdministrators ?? [];
        const left = present.filter((one) => one.account !== AccountId || one.principal !== principal);
        if (left.length === present.length) throw notRegistered();
        put('organization', { ...organization, delegatedAdministrators: left });
      }),
  },
);

export function notRegistered() {
  return fault(
    'AccountNotRegisteredException',
    'The provided account is not a registered delegated administrator for your organization.',
  );
}

function aboutDelegation(
  action: string,
  state: IdentityState,
  organization: OrganizationDocument | undefined,
  { AccountId, ServicePrincipal }: OrganizationsTypes.RegisterDelegatedAdministratorRequest,
): Question {
  return aboutTarget(action, state, organization, AccountId, {
    'organizations:ServicePrincipal': ServicePrincipal,
  });
}
