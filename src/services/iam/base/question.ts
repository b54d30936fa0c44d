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
  return aboutArn(action, arn, found, context);
}

/**
 * The question of an operation that names its resource by ARN, such as a managed policy's: about that ARN, whether or not it was found.
 */
export function aboutArn(
  action: string,
  arn: string,
  found: { readonly tags?: readonly Tag[] } | undefined,
  context?: Readonly<Record<string, ContextValue | undefined>>,
): Question {
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

/**
 * The questions of an operation that renames or moves an entity: the caller must be allowed to do this to what it is and to what
 * it becomes (IAM API Reference, "UpdateUser"), else a path could be left or entered that a policy guards.
 */
export function aboutRenaming(
  action: string,
  world: World,
  kind: IamResourceKind,
  found: Named | undefined,
  name: string,
  next: { readonly name?: string | undefined; readonly path?: string | undefined },
): readonly Question[] {
  const present = aboutEntity(action, world, kind, found, name);
  const becoming = {
    name: next.name ?? found?.name ?? name,
    path: next.path ?? found?.path ?? '/',
    ...(found?.tags === undefined ? {} : { tags: found.tags }),
  };
  const future = aboutEntity(action, world, kind, becoming, name);
  return future.resource === present.resource ? [present] : [present, future];
}
