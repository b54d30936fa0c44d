import { compareText } from '#core/text';
import {
  defineOperation,
  loadNothing,
  type Question,
  trustableServices,
  trustsService,
} from '#services/operation';
import { organizationsOperations } from '#wire/model';
import { constraintViolation, invalidInput } from '../faults.ts';
import { managedOrganization, visibleOrganization } from '../membership.ts';
import { page } from '../page.ts';

/** Lets a service act in the accounts of the organization (Organizations API, "EnableAWSServiceAccess"). Once more changes nothing. */
export const enableAwsServiceAccess = defineOperation(organizationsOperations.EnableAWSServiceAccess, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: (input) => [aboutService('EnableAWSServiceAccess', input.ServicePrincipal)],
  run: async (input, _loaded, { identity, caller, now }) =>
    identity.write(({ state, put }): void => {
      const organization = managedOrganization(state, caller);
      const principal = input.ServicePrincipal;
      if (organization.featureSet !== 'ALL')
        throw constraintViolation('ORGANIZATION_NOT_IN_ALL_FEATURES_MODE');
      if (!trustableServices.has(principal)) throw invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL');
      if (trustsService(organization, principal)) return;
      const trustedServices = [...(organization.trustedServices ?? []), { principal, enabledAt: now }];
      trustedServices.sort((left, right) => compareText(left.principal, right.principal));
      put('organization', { ...organization, trustedServices });
    }),
});

/**
 * Takes that back (Organizations API, "DisableAWSServiceAccess"). Its delegated administrators stay registered, and manage nothing
 * until the service is trusted again.
 */
export const disableAwsServiceAccess = defineOperation(organizationsOperations.DisableAWSServiceAccess, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: (input) => [aboutService('DisableAWSServiceAccess', input.ServicePrincipal)],
  run: async (input, _loaded, { identity, caller }) =>
    identity.write(({ state, put }): void => {
      const organization = managedOrganization(state, caller);
      if (!trustableServices.has(input.ServicePrincipal))
        throw invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL');
      if (!trustsService(organization, input.ServicePrincipal)) return;
      const trustedServices = (organization.trustedServices ?? []).filter(
        ({ principal }) => principal !== input.ServicePrincipal,
      );
      put('organization', { ...organization, trustedServices });
    }),
});

/** The services that the organization trusts (Organizations API, "ListAWSServiceAccessForOrganization"). */
export const listAwsServiceAccess = defineOperation(
  organizationsOperations.ListAWSServiceAccessForOrganization,
  {
    callers: 'signed',
    effect: 'read',
    load: loadNothing,
    authorize: () => [{ action: 'organizations:ListAWSServiceAccessForOrganization', resource: '*' }],
    run: (input, _loaded, { state, caller }) => {
      const { trustedServices = [] } = visibleOrganization(state, caller);
      const { items, rest } = page(
        trustedServices.map(({ principal, enabledAt }) => ({ id: principal, enabledAt })),
        input,
      );
      return {
        EnabledServicePrincipals: items.map(({ id, enabledAt }) => ({
          ServicePrincipal: id,
          DateEnabled: enabledAt,
        })),
        ...rest,
      };
    },
  },
);

function aboutService(action: string, principal: string): Question {
  return {
    action: `organizations:${action}`,
    resource: '*',
    context: { 'organizations:ServicePrincipal': principal },
  };
}
