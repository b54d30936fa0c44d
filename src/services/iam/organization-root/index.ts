/**
 * What an organization lets IAM do as the roots of its members: manage their credentials, and open sessions for single tasks.
 * It keeps only which of these is switched on; the sessions are STS's. Called by the table of IAM.
 */
import { iamOperations } from '#wire/model';
import { defineDisable, defineEnable, listOrganizationsFeatures } from './features.ts';

export const organizationRootOperations = {
  DisableOrganizationsRootCredentialsManagement: defineDisable(
    iamOperations.DisableOrganizationsRootCredentialsManagement,
    'RootCredentialsManagement',
  ),
  DisableOrganizationsRootSessions: defineDisable(
    iamOperations.DisableOrganizationsRootSessions,
    'RootSessions',
  ),
  EnableOrganizationsRootCredentialsManagement: defineEnable(
    iamOperations.EnableOrganizationsRootCredentialsManagement,
    'RootCredentialsManagement',
  ),
  EnableOrganizationsRootSessions: defineEnable(
    iamOperations.EnableOrganizationsRootSessions,
    'RootSessions',
  ),
  ListOrganizationsFeatures: listOrganizationsFeatures,
};
