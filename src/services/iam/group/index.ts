/** Groups and who is in them. A group is no principal: it only lends its policies. Called by the table of IAM. */
import { createGroup } from './create-group.ts';
import { deleteGroup } from './delete-group.ts';
import { getGroup } from './get-group.ts';
import { listGroups, listGroupsForUser } from './list-groups.ts';
import { addUserToGroup, removeUserFromGroup } from './membership.ts';
import { updateGroup } from './update-group.ts';

export const groupOperations = {
  AddUserToGroup: addUserToGroup,
  CreateGroup: createGroup,
  DeleteGroup: deleteGroup,
  GetGroup: getGroup,
  ListGroups: listGroups,
  ListGroupsForUser: listGroupsForUser,
  RemoveUserFromGroup: removeUserFromGroup,
  UpdateGroup: updateGroup,
};
