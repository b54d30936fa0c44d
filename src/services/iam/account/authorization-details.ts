import { compareText, percentEncode } from '#core/text';
import { managedPolicy } from '#services/operation';
import type {
  GroupDocument,
  IdentityState,
  InlinePolicies,
  RoleDocument,
  UserDocument,
} from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { answerTags } from '../base/tags.ts';
import { describeGroup } from '../group/describe-group.ts';
import { listedInstanceProfile } from '../instance-profile/describe-instance-profile.ts';
import { describeVersion, listedPolicy } from '../managed-policy/describe-policy.ts';
import type { AnyPolicy } from '../managed-policy/find-policy.ts';
import { briefRole, roleExtras, roleLastUsed } from '../role/describe-role.ts';
import { describeUser } from '../user/describe-user.ts';

/** A user with groups and policies (IAM API Reference, "UserDetail"). */
export function detailUser(state: IdentityState, user: UserDocument): IamTypes.UserDetail {
  const { PasswordLastUsed: _lastUsed, ...who } = describeUser(user);
  return {
    ...who,
    UserPolicyList: inlinePolicies(user.inlinePolicies),
    GroupList: user.groups.flatMap((id) => state.all('group').get(id)?.name ?? []).sort(compareText),
    AttachedManagedPolicies: attachedPolicies(state, user),
    Tags: answerTags(user.tags),
  };
}

/** A group with its policies (IAM API Reference, "GroupDetail"). */
export function detailGroup(state: IdentityState, group: GroupDocument): IamTypes.GroupDetail {
  return {
    ...describeGroup(group),
    GroupPolicyList: inlinePolicies(group.inlinePolicies),
    AttachedManagedPolicies: attachedPolicies(state, group),
  };
}

/** A role with trust, policies, instance profiles and last use (IAM API Reference, "RoleDetail"). */
export function detailRole(state: IdentityState, role: RoleDocument): IamTypes.RoleDetail {
  return {
    ...briefRole(state, role),
    ...roleExtras(role),
    InstanceProfileList: state
      .all('instance-profile')
      .list(role.account)
      .filter(({ roles }) => roles.includes(role.id))
      .map((profile) => listedInstanceProfile(state, profile)),
    RolePolicyList: inlinePolicies(role.inlinePolicies),
    AttachedManagedPolicies: attachedPolicies(state, role),
    Tags: answerTags(role.tags),
    RoleLastUsed: roleLastUsed(state, role),
  };
}

/** A managed policy with the documents of all its versions, the latest first (IAM API Reference, "ManagedPolicyDetail"). */
export function detailPolicy(
  state: IdentityState,
  account: string,
  policy: AnyPolicy,
): IamTypes.ManagedPolicyDetail {
  return {
    ...listedPolicy(state, account, policy),
    ...(policy.description === undefined ? {} : { Description: policy.description }),
    PolicyVersionList: policy.versions
      .map((version) => ({
        ...describeVersion(version, policy.defaultVersion),
        Document: percentEncode(version.document),
      }))
      .reverse(),
  };
}

function inlinePolicies(policies: InlinePolicies): readonly IamTypes.PolicyDetail[] {
  return Object.entries(policies)
    .map(([name, text]) => ({ PolicyName: name, PolicyDocument: percentEncode(text) }))
    .sort((left, right) => compareText(left.PolicyName, right.PolicyName));
}

function attachedPolicies(
  state: IdentityState,
  { account, attachedPolicies: arns }: UserDocument | GroupDocument | RoleDocument,
): readonly IamTypes.AttachedPolicy[] {
  return arns.flatMap((arn) => {
    const policy = managedPolicy(state, account, arn);
    return policy === undefined ? [] : [{ PolicyName: policy.name, PolicyArn: arn }];
  });
}
