import { iamArn } from '#core/arn';
import type { GroupDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';

/** A group in the form of the answers. */
export function describeGroup(group: GroupDocument): IamTypes.Group {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: iamArn(group.account, 'group', group.path, group.name),
    CreateDate: group.createdAt,
  };
}
