/**
 * Which of an entity's policies reach a service. It reads what policies say and decides nothing: conditions, boundaries and denials are left out,
 * as they are in AWS's answer. Called by the table of IAM.
 */
import { listPoliciesGrantingServiceAccess } from './list-policies-granting-service-access.ts';

export const serviceAccessOperations = {
  ListPoliciesGrantingServiceAccess: listPoliciesGrantingServiceAccess,
};
