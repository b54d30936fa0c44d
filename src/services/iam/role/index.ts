/**
 * Roles: who they are, whom they trust, and how long their sessions may last. Their policies and tags are other rooms', their sessions STS's.
 * Binds trust to unique ids when it is saved. Called by the table of IAM.
 */
import { createRole } from './create-role.ts';
import { deleteRole } from './delete-role.ts';
import { getRole } from './get-role.ts';
import { listRoles } from './list-roles.ts';
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts';
import { updateRole, updateRoleDescription } from './update-role.ts';

export const roleOperations = {
  CreateRole: createRole,
  DeleteRole: deleteRole,
  GetRole: getRole,
  ListRoles: listRoles,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,
};
