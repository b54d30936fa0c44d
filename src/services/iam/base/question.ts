import type { IamResourceKind } from '#core/arn';
import { iamArn } from '#core/arn';
import type { ContextValue } from '#core/policy';
import type { Question, World } from '#services/operation';
import type { Tag } from '#stores/identity';

interface Named {
  readonly name: string;
  readonly path: string;
  readonly tags?: readonly Tag[];
}

/**
 * The question almost every IAM operation puts: may the caller do this to that entity of their account?
 * An entity that does not exist is asked about by its name on path `/`, so that a refusal does not tell whether it exists.
 */
export function aboutEntity(
  action: string,
  world: World,
  kind: IamResourceKind,
  found: Named | undefined,
  name: string,
  context?: Readonly<Record<string, ContextValue | undefined>>,
): Question {
  const arn = iamArn(world.caller.account.id, kind, found?.path ?? '/', found?.name ?? name);
  return {
    action: `iam:${action}`,
    resource: arn,
    ...(found?.tags === undefined ? {} : { resourceTags: found.tags }),
    ...(context === undefined ? {} : { context }),
  };
}

/** The question of operations that have no resource, such as ListUsers. */
export function aboutEverything(action: string): Question {
  return { action: `iam:${action}`, resource: '*' };
}
