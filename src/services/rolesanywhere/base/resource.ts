import { parseArn } from '#core/arn';
import { type AccountId, isAccountId } from '#core/identifiers';
import type { Question } from '#services/operation';
import type {
  AnywhereProfileDocument,
  AnywhereSubjectDocument,
  IdentityState,
  RevocationListDocument,
  TrustAnchorDocument,
} from '#stores/identity';
import { fault } from '#wire/faults';

/** What each kind of resource is in ARNs, in the store and in refusals. */
const kinds = {
  'trust-anchor': { stored: 'trust-anchor', called: 'Trust anchor' },
  profile: { stored: 'anywhere-profile', called: 'Profile' },
  crl: { stored: 'revocation-list', called: 'Certificate revocation list' },
  subject: { stored: 'anywhere-subject', called: 'Subject' },
} as const;

export type ResourceKind = keyof typeof kinds;

export interface ResourceDocuments {
  readonly 'trust-anchor': TrustAnchorDocument;
  readonly profile: AnywhereProfileDocument;
  readonly crl: RevocationListDocument;
  readonly subject: AnywhereSubjectDocument;
}

/** Where resources are: each is of one account and one Region. */
export interface Place {
  readonly account: AccountId;
  readonly region: string;
}

/** A resource as an ARN names it. */
export interface NamedResource extends Place {
  readonly kind: ResourceKind;
  readonly id: string;
}

/** The place that a caller's requests are about. */
export function placeOf({
  caller,
  region,
}: {
  readonly caller: { readonly account: { readonly id: AccountId } };
  readonly region: string;
}): Place {
  return { account: caller.account.id, region };
}

/** `arn:aws:rolesanywhere:REGION:ACCOUNT:KIND/UUID` */
export function resourceArn(
  kind: ResourceKind,
  { account, region, id }: Place & { readonly id: string },
): string {
  return `arn:aws:rolesanywhere:${region}:${account}:${kind}/${id}`;
}

/** What an ARN of this service names, whether it is there or not; undefined for any other text. */
export function parseResourceArn(arn: string): NamedResource | undefined {
  const parts = parseArn(arn);
  if (parts?.partition !== 'aws' || parts.service !== 'rolesanywhere' || !isAccountId(parts.account))
    return undefined;
  const { region, account, resource } = parts;
  const slash = resource.indexOf('/');
  const kind = resource.slice(0, slash);
  const id = resource.slice(slash + 1);
  if (slash < 0 || !Object.hasOwn(kinds, kind) || !/^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$/.test(id))
    return undefined;
  return { kind: kind as ResourceKind, id, account, region };
}

/** The resource of that place, if there is one. */
export function findResource<K extends ResourceKind>(
  state: IdentityState,
  kind: K,
  { account, region, id }: Place & { readonly id: string },
): ResourceDocuments[K] | undefined {
  const found = state.all(kinds[kind].stored).get(id);
  return found?.account === account && found.region === region ? (found as ResourceDocuments[K]) : undefined;
}

/** The resource. Throws ResourceNotFoundException. */
export function presentResource<K extends ResourceKind>(
  state: IdentityState,
  kind: K,
  named: Place & { readonly id: string },
): ResourceDocuments[K] {
  const found = findResource(state, kind, named);
  if (found === undefined) {
    throw fault('ResourceNotFoundException', `${kinds[kind].called} ${named.id} cannot be found.`);
  }
  return found;
}

/** Every resource of a kind in a place, sorted by id. */
export function listResources<K extends ResourceKind>(
  state: IdentityState,
  kind: K,
  { account, region }: Place,
): readonly ResourceDocuments[K][] {
  return state.all(kinds[kind].stored).list(`${account} ${region}`) as readonly ResourceDocuments[K][];
}

/** The kind under which the store keeps a resource. */
export function storedKind<K extends ResourceKind>(kind: K): (typeof kinds)[K]['stored'] {
  return kinds[kind].stored;
}

/** The question whether the caller may do this to a resource (Service Authorization Reference, "IAM Roles Anywhere"). */
export function aboutResource(
  action: string,
  state: IdentityState,
  named: NamedResource,
  context?: Question['context'],
): Question {
  return {
    action: `rolesanywhere:${action}`,
    resource: resourceArn(named.kind, named),
    resourceAccount: named.account,
    resourceTags: findResource(state, named.kind, named)?.tags ?? [],
    ...(context === undefined ? {} : { context }),
  };
}

/** The question of operations that have no resource, such as ListProfiles and CreateProfile. */
export function aboutEverything(action: string, context?: Question['context']): Question {
  return { action: `rolesanywhere:${action}`, resource: '*', ...(context === undefined ? {} : { context }) };
}
