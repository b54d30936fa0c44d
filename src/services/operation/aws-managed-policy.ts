import { iamArn } from '#core/arn';
import type { Instant } from '#core/time';

/** A policy that AWS offers to every account. It cannot be changed, and has one version. */
export interface AwsManagedPolicy {
  readonly arn: string;
  /** `ANPA…`, the same in every installation. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly createdAt: Instant;
  readonly document: string;
  /** False for policies that users, groups, roles and sessions cannot have. */
  readonly isAttachable: boolean;
}

/** One statement of such a policy, in the policy language's own words. */
export type AwsManagedStatement = Readonly<Record<string, unknown>> & { readonly Effect: 'Allow' | 'Deny' };

/** Makes such a policy of its statements. */
export function defineAwsManagedPolicy(
  {
    name,
    path,
    createdAt,
    ...more
  }: Pick<AwsManagedPolicy, 'name' | 'path' | 'description' | 'createdAt' | 'isAttachable'>,
  statements: readonly AwsManagedStatement[],
): AwsManagedPolicy {
  return {
    arn: iamArn('aws', 'policy', path, name),
    id: `ANPA${name
      .toUpperCase()
      .replaceAll(/[^A-Z]/g, '')
      .padEnd(17, 'A')
      .slice(0, 17)}`,
    name,
    path,
    createdAt,
    ...more,
    document: JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2),
  };
}
