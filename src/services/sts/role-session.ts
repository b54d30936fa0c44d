import { assumedRoleArn, iamArn, parseArn } from '#core/arn';
import type { AccountId } from '#core/identifiers';
import type { Question } from '#services/operation';
import type { IdentityState, RoleDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import type { StsTypes } from '#wire/model';

export const defaultDurationSeconds = 3600;

/** The role an ARN names, as far as it was found. */
export interface NamedRole {
  readonly arn: string;
  readonly account: AccountId;
  readonly found: RoleDocument | undefined;
}

/**
 * The role that an ARN names exactly: unlike IAM's own lookups, case and path must agree.
 * Throws ValidationError for text that is no ARN.
 */
export function findRole(arn: string, state: IdentityState): NamedRole {
  const parts = parseArn(arn);
  if (parts === undefined) throw fault('ValidationError', `${arn} is invalid`);
  const name = parts.resource.slice(parts.resource.lastIndexOf('/') + 1);
  const role = state.all('role').named(parts.account, name);
  const isIt = role !== undefined && iamArn(role.account, 'role', role.path, role.name) === arn;
  return { arn, account: parts.account as AccountId, found: isIt ? role : undefined };
}

/** The question whether the role's trust policy, and whatever else has a say, lets the caller do this to it. */
export function aboutRole(
  action: string,
  { arn, account, found }: NamedRole,
  context: NonNullable<Question['context']>,
): Question {
  return {
    action,
    resource: arn,
    resourceAccount: account,
    resourceTags: found?.tags ?? [],
    trust: { role: found },
    context,
  };
}

/** Throws ValidationError for more than the role allows. */
export function checkDuration(durationSeconds: number, role: RoleDocument): void {
  if (durationSeconds > role.maxSessionDurationSeconds) {
    throw fault(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}

/** The session as answers name it. */
export function assumedRoleUser(role: RoleDocument, sessionName: string): StsTypes.AssumedRoleUser {
  return {
    AssumedRoleId: `${role.id}:${sessionName}`,
    Arn: assumedRoleArn(role.account, role.name, sessionName),
  };
}
