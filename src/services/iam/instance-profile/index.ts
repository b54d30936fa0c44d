/**
 * Instance profiles: the containers through which an instance gets a role's credentials. One holds at most one role.
 * Hands out no credentials itself. Called by the table of IAM.
 */
import { createInstanceProfile } from './create-instance-profile.ts';
import { deleteInstanceProfile } from './delete-instance-profile.ts';
import { getInstanceProfile } from './get-instance-profile.ts';
import { listInstanceProfiles, listInstanceProfilesForRole } from './list-instance-profiles.ts';
import { addRoleToInstanceProfile, removeRoleFromInstanceProfile } from './role-in-instance-profile.ts';

export const instanceProfileOperations = {
  AddRoleToInstanceProfile: addRoleToInstanceProfile,
  CreateInstanceProfile: createInstanceProfile,
  DeleteInstanceProfile: deleteInstanceProfile,
  GetInstanceProfile: getInstanceProfile,
  ListInstanceProfiles: listInstanceProfiles,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
};
