/** Users: who they are. Their credentials, policies and groups are other rooms'. Called by the table of IAM. */
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import { updateUser } from './update-user.ts';

export const userOperations = {
  CreateUser: createUser,
  DeleteUser: deleteUser,
  GetUser: getUser,
  ListUsers: listUsers,
  UpdateUser: updateUser,
};
