import { iamArn } from '#core/arn';
import type { IdentityState, InstanceProfileDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { answerTags } from '../base/tags.ts';
import { briefRole } from '../role/describe-role.ts';

/** An instance profile as lists show it: without tags (IAM API Reference, "ListInstanceProfiles"). */
export function listedInstanceProfile(
  state: IdentityState,
  profile: InstanceProfileDocument,
): IamTypes.InstanceProfile {
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: iamArn(profile.account, 'instance-profile', profile.path, profile.name),
    CreateDate: profile.createdAt,
    Roles: profile.roles
      .flatMap((id) => state.all('role').get(id) ?? [])
      .map((role) => briefRole(state, role)),
  };
}

/** An instance profile with everything that GetInstanceProfile answers. */
export function describeInstanceProfile(
  state: IdentityState,
  profile: InstanceProfileDocument,
): IamTypes.InstanceProfile {
  return {
    ...listedInstanceProfile(state, profile),
    ...(profile.tags.length === 0 ? {} : { Tags: answerTags(profile.tags) }),
  };
}
