import { defineOperation } from '#services/operation';
import type { GroupDocument, IdentityState, RoleDocument, UserDocument } from '#stores/identity';
import { noSuchEntity } from '#wire/faults';
import { type IamTypes, iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn } from '../base/question.ts';
import { findPolicy } from './find-policy.ts';

type Entity =
  | { readonly kind: 'Group'; readonly holder: GroupDocument }
  | { readonly kind: 'Role'; readonly holder: RoleDocument }
  | { readonly kind: 'User'; readonly holder: UserDocument };

/** Who has a managed policy attached or as a boundary; pages run over groups, roles and users together (IAM API Reference, "ListEntitiesForPolicy"). */
export const listEntitiesForPolicy = defineOperation(iamOperations.ListEntitiesForPolicy, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => {
    checkPolicyArn(input.PolicyArn);
    return findPolicy(state, caller.account.id, input.PolicyArn);
  },
  authorize: (input, found) => [aboutArn('ListEntitiesForPolicy', input.PolicyArn, found)],
  run: (input, found, { state, caller }) => {
    if (found === undefined) throw noSuchEntity('attachable policy', input.PolicyArn);
    const { items, answer } = page(entitiesUsing(input, state, caller.account.id), listKey, input);
    return {
      PolicyGroups: items.flatMap(({ kind, holder: { name, id } }) =>
        kind === 'Group' ? [{ GroupName: name, GroupId: id }] : [],
      ),
      PolicyUsers: items.flatMap(({ kind, holder: { name, id } }) =>
        kind === 'User' ? [{ UserName: name, UserId: id }] : [],
      ),
      PolicyRoles: items.flatMap(({ kind, holder: { name, id } }) =>
        kind === 'Role' ? [{ RoleName: name, RoleId: id }] : [],
      ),
      ...answer,
    };
  },
});

/** Groups, then roles, then users, each by name. */
function entitiesUsing(
  input: IamTypes.ListEntitiesForPolicyRequest,
  state: IdentityState,
  account: string,
): readonly Entity[] {
  const all: readonly Entity[] = [
    ...state
      .all('group')
      .list(account)
      .map((holder): Entity => ({ kind: 'Group', holder })),
    ...state
      .all('role')
      .list(account)
      .map((holder): Entity => ({ kind: 'Role', holder })),
    ...state
      .all('user')
      .list(account)
      .map((holder): Entity => ({ kind: 'User', holder })),
  ];
  return all.filter(
    (entity) =>
      (input.EntityFilter === undefined || input.EntityFilter === entity.kind) &&
      entity.holder.path.startsWith(input.PathPrefix ?? '/') &&
      uses(entity, input.PolicyArn, input.PolicyUsageFilter),
  );
}

function uses(entity: Entity, arn: string, usage: string | undefined): boolean {
  const isAttached = entity.holder.attachedPolicies.includes(arn);
  const isBound = entity.kind !== 'Group' && entity.holder.permissionsBoundary === arn;
  if (usage === 'PermissionsPolicy') return isAttached;
  if (usage === 'PermissionsBoundary') return isBound;
  return isAttached || isBound;
}

function listKey({ kind, holder }: Entity): string {
  return `${kind} ${holder.name.toLowerCase()}`;
}
