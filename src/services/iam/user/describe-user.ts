import { rootArn } from '#core/arn';
import { userArn } from '#services/operation';
import type { AccountDocument, UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { answerTags } from '../base/tags.ts';

/** A user as lists show it: without tags and permissions boundary (IAM API Reference, "ListUsers"). */
export function listedUser(user: UserDocument): IamTypes.User {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(user),
    CreateDate: user.createdAt,
    ...(user.passwordLastUsedAt === undefined ? {} : { PasswordLastUsed: user.passwordLastUsedAt }),
  };
}

/** A user with everything that GetUser and CreateUser answer. */
export function describeUser(user: UserDocument): IamTypes.User {
  return {
    ...listedUser(user),
    ...(user.permissionsBoundary === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryType: 'Policy',
            PermissionsBoundaryArn: user.permissionsBoundary,
          },
        }),
    ...(user.tags.length === 0 ? {} : { Tags: answerTags(user.tags) }),
  };
}

/** An account's root as GetUser answers it. The model requires a name and a path; the root has neither, and AWS leaves both out. */
export function describeRoot(account: AccountDocument): IamTypes.User {
  const root: Pick<IamTypes.User, 'UserId' | 'Arn' | 'CreateDate'> = {
    UserId: account.id,
    Arn: rootArn(account.id),
    CreateDate: account.createdAt,
  };
  return root as IamTypes.User;
}
