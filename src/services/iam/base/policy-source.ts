import type { AccountId } from '#core/identifiers';
import type { Question, World } from '#services/operation';
import type { GroupDocument, RoleDocument, UserDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { aboutEntity } from './question.ts';

/** Whose policies a request means, as far as they were found. */
export interface PolicySource {
  readonly kind: 'user' | 'group' | 'role';
  readonly account: string;
  readonly name: string;
  readonly found: UserDocument | GroupDocument | RoleDocument | undefined;
}

/** Reads the ARN of a user, group or role. Throws InvalidInput for any other text. */
export function readSource(arn: string, { state, caller }: World): PolicySource {
  const match = /^arn:aws:iam::([0-9]{12}):(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(arn);
  if (match === null) {
    throw fault('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
  }
  const [, account = '', kind = '', name = ''] = match;
  const source = { kind: kind as PolicySource['kind'], account, name };
  const entity = account === caller.account.id ? state.all(source.kind).named(account, name) : undefined;
  // A name under another path is another ARN, which names nobody.
  const found =
    entity !== undefined && arn.endsWith(`:${kind}${entity.path}${entity.name}`) ? entity : undefined;
  return { ...source, found };
}

/** The question whether the caller may do this to the entity that the ARN names. */
export function aboutSource(action: string, world: World, source: PolicySource, arn: string): Question {
  if (source.account === world.caller.account.id && source.found !== undefined)
    return aboutEntity(action, world, source.kind, source.found, source.name);
  return { action: `iam:${action}`, resource: arn, resourceAccount: source.account as AccountId };
}

/** The entity of a source. Throws NoSuchEntity. */
export function foundSource({ kind, name, found }: PolicySource): NonNullable<PolicySource['found']> {
  if (found === undefined) throw noSuchEntity(kind, name);
  return found;
}
