import { roleArn } from '#services/operation';
import type { IdentityState, RoleDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { answerTags } from '../base/tags.ts';
import { describeTrust } from './trust-policy.ts';

/** A role as instance profiles show it: who it is and whom it trusts. */
export function briefRole(state: IdentityState, role: RoleDocument): IamTypes.Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(role),
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: describeTrust(state, role),
  };
}

/** A role as UpdateRoleDescription answers it: with its description, but not its longest session. */
export function describedRole(state: IdentityState, role: RoleDocument): IamTypes.Role {
  return {
    ...briefRole(state, role),
    ...(role.description === undefined ? {} : { Description: role.description }),
  };
}

/** A role as lists show it: without tags, permissions boundary and last use (IAM API Reference, "ListRoles"). */
export function listedRole(state: IdentityState, role: RoleDocument): IamTypes.Role {
  return { ...describedRole(state, role), MaxSessionDuration: role.maxSessionDurationSeconds };
}

/** The members for tags and boundary, as far as the role has them. */
export function roleExtras(role: RoleDocument): Pick<IamTypes.Role, 'PermissionsBoundary' | 'Tags'> {
  return {
    ...(role.permissionsBoundary === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryType: 'Policy',
            PermissionsBoundaryArn: role.permissionsBoundary,
          },
        }),
    ...(role.tags.length === 0 ? {} : { Tags: answerTags(role.tags) }),
  };
}

/** When and where sessions of the role last made a request; without members for a role never used. */
export function roleLastUsed(state: IdentityState, role: RoleDocument): IamTypes.RoleLastUsed {
  const use = state.all('last-used').get(role.id);
  return use === undefined ? {} : { LastUsedDate: use.at, Region: use.region };
}
