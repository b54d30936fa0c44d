import { defineOperation, type Operation } from '#services/operation';
import type { Documents } from '#stores/identity';
import { iamOperations, type OperationModel } from '#wire/model';
import { checkBoundary } from '../base/boundary.ts';
import { aboutHolderChange, findHolder, modifiableHolderNamed } from '../base/holder.ts';
import { aboutEntity } from '../base/question.ts';

/** One kind of what can be bounded; `Member` is the input member that names it. */
interface Family<Kind extends 'user' | 'role', Member extends 'UserName' | 'RoleName'> {
  readonly kind: Kind;
  readonly member: Member;
  readonly put: OperationModel<Record<Member, string> & { readonly PermissionsBoundary: string }, void>;
  readonly delete: OperationModel<Record<Member, string>, void>;
}

/** Put and Delete of the boundary of one kind. */
function defineFamily<Kind extends 'user' | 'role', Member extends 'UserName' | 'RoleName'>(
  family: Family<Kind, Member>,
): { readonly put: Operation; readonly delete: Operation } {
  const { kind, member } = family;
  return {
    put: defineOperation(family.put, {
      callers: 'signed',
      effect: 'change',
      load: (input, { state, caller }) => findHolder(state, kind, caller.account.id, input[member]),
      authorize: (input, found, world) => [
        aboutEntity(family.put.name, world, kind, found, input[member], {
          'iam:PermissionsBoundary': input.PermissionsBoundary,
        }),
      ],
      run: async (input, _found, { identity, caller }) => {
        const account = caller.account.id;
        await identity.write(({ state, put }) => {
          const holder = modifiableHolderNamed(state, kind, account, input[member]);
          checkBoundary(state, account, input.PermissionsBoundary);
          put(kind, { ...holder, permissionsBoundary: input.PermissionsBoundary });
        });
      },
    }),
    delete: defineOperation(family.delete, {
      callers: 'signed',
      effect: 'change',
      load: (input, { state, caller }) => findHolder(state, kind, caller.account.id, input[member]),
      authorize: (input, found, world) => [
        aboutHolderChange(family.delete.name, world, kind, found, input[member]),
      ],
      run: async (input, _found, { identity, caller }) => {
        await identity.write(({ state, put }) => {
          const holder = modifiableHolderNamed(state, kind, caller.account.id, input[member]);
          const { permissionsBoundary: _removed, ...unbounded } = holder;
          // The member is optional: without it this is a document of the same kind.
          put(kind, unbounded as Documents[Kind]);
        });
      },
    }),
  };
}

const ofUsers = defineFamily({
  kind: 'user',
  member: 'UserName',
  put: iamOperations.PutUserPermissionsBoundary,
  delete: iamOperations.DeleteUserPermissionsBoundary,
});

const ofRoles = defineFamily({
  kind: 'role',
  member: 'RoleName',
  put: iamOperations.PutRolePermissionsBoundary,
  delete: iamOperations.DeleteRolePermissionsBoundary,
});

/** Boundaries by kind (IAM API Reference, "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary" and those of roles). */
export const boundaryOperations = {
  PutUserPermissionsBoundary: ofUsers.put,
  DeleteUserPermissionsBoundary: ofUsers.delete,
  PutRolePermissionsBoundary: ofRoles.put,
  DeleteRolePermissionsBoundary: ofRoles.delete,
};
