import { parseArn } from '#core/arn';
import { parsePolicy } from '#core/policy';
import { type Question, roleArn } from '#services/operation';
import type { IdentityState, RoleDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { invalidParameter } from './faults.ts';

const podsService = 'pods.eks.amazonaws.com';

/** A role that a request names for pods. */
export interface PassedRole {
  readonly arn: string;
  readonly found: RoleDocument | undefined;
}

/** Throws InvalidParameterException for what is no ARN of a role. */
export function findPassedRole(state: IdentityState, arn: string): PassedRole {
  const { service, account = '', resource = '' } = parseArn(arn) ?? {};
  if (service !== 'iam' || !resource.startsWith('role/'))
    throw invalidParameter('Role provided in the request is not the ARN of a role.');
  const role = state.all('role').named(account, resource.slice(resource.lastIndexOf('/') + 1));
  return { arn, found: role !== undefined && roleArn(role) === arn ? role : undefined };
}

/** Pods will act as the role, so the caller must be allowed to pass it to them. */
export function aboutPassing({ arn, found }: PassedRole): Question {
  return {
    action: 'iam:PassRole',
    resource: arn,
    resourceTags: found?.tags ?? [],
    context: { 'iam:PassedToService': podsService },
  };
}

/**
 * Throws AccessDenied for a role of another account, InvalidParameterException for one that does not exist or in no way trusts the service
 * that takes it on for pods. Whether it trusts it for these pods is asked when they come.
 */
export function checkPassedRole(state: IdentityState, arn: string, account: string): void {
  const { found } = findPassedRole(state, arn);
  if (parseArn(arn)?.account !== account)
    throw fault('AccessDenied', 'Cross-account pass role is not allowed.');
  if (found === undefined) throw invalidParameter('Role provided in the request does not exist.');
  // No principal but a service can have a value of that form.
  const isTrusting = parsePolicy(found.trustPolicy, 'trust').statements.some(
    ({ effect, principal }) =>
      effect === 'Allow' && principal?.values.some(({ value }) => value === podsService) === true,
  );
  if (!isTrusting) throw invalidParameter('Trust policy of the role provided is invalid.');
}
