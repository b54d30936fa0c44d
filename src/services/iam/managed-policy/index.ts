/**
 * Managed policies: those of the account, with their versions, and those of AWS, which everybody may read and nobody may change.
 * Which users, groups and roles have them is the room of attached policies'. Called by the table of IAM.
 */
import { createPolicy } from './create-policy.ts';
import { createPolicyVersion } from './create-policy-version.ts';
import { deletePolicy } from './delete-policy.ts';
import { deletePolicyVersion } from './delete-policy-version.ts';
import { getPolicy } from './get-policy.ts';
import { getPolicyVersion } from './get-policy-version.ts';
import { listEntitiesForPolicy } from './list-entities-for-policy.ts';
import { listPolicies } from './list-policies.ts';
import { listPolicyVersions } from './list-policy-versions.ts';
import { setDefaultPolicyVersion } from './set-default-policy-version.ts';

export const managedPolicyOperations = {
  CreatePolicy: createPolicy,
  CreatePolicyVersion: createPolicyVersion,
  DeletePolicy: deletePolicy,
  DeletePolicyVersion: deletePolicyVersion,
  GetPolicy: getPolicy,
  GetPolicyVersion: getPolicyVersion,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  ListPolicies: listPolicies,
  ListPolicyVersions: listPolicyVersions,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
};
