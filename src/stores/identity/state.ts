import { iamArn } from '#core/arn';
import { Collection } from './collection.ts';
import type { Documents, Kind, PolicyRecord } from './documents.ts';

const emptyList: readonly never[] = Object.freeze([]);
const emptyRecord: Readonly<Record<string, never>> = Object.freeze({});

type Collections = { readonly [K in Kind]: Collection<Documents[K]> };

interface Named {
  readonly id: string;
  readonly account: string;
  readonly name: string;
}

/** Names are unique within the account. */
function byAccount<D extends Named>(owner?: (document: D) => string | undefined): Collection<D> {
  const names = { group: (document: D) => document.account, name: (document: D) => document.name };
  return new Collection<D>(owner === undefined ? names : { ...names, owner });
}

/** There is no name but the id; listed under `group`, or all together. */
function byIdOnly<D extends { readonly id: string }>(
  group: (document: D) => string = () => '',
  owner?: (document: D) => string | undefined,
): Collection<D> {
  const ids = { group, name: (document: D) => document.id };
  return new Collection<D>(owner === undefined ? ids : { ...ids, owner });
}

interface Placed {
  readonly id: string;
  readonly account: string;
  readonly region: string;
}

/** What is of one Region is listed by account and Region. */
function byPlace<D extends Placed>(owner?: (document: D) => string | undefined): Collection<D> {
  return byIdOnly<D>(({ account, region }) => `${account} ${region}`, owner);
}

function createCollections(): Collections {
  return {
    account: byIdOnly(
      () => '',
      (account) => account.organization?.parent,
    ),
    organization: byIdOnly(),
    'account-creation': byIdOnly((creation) => creation.organization),
    'organizational-unit': byIdOnly(
      (unit) => unit.parent,
      (unit) => unit.organization,
    ),
    'organization-policy': byIdOnly((policy) => `${policy.organization} ${policy.type}`),
    'policy-attachment': byIdOnly(
      (attachment) => attachment.target,
      (attachment) => attachment.policy,
    ),
    user: byAccount(),
    group: byAccount(),
    role: byAccount(),
    policy: byAccount(),
    'instance-profile': byAccount((profile) => profile.roles[0]),
    'access-key': byIdOnly((key) => key.owner),
    'mfa-device': byAccount((device) => device.owner),
    'login-profile': byIdOnly((profile) => profile.account),
    'oidc-provider': byIdOnly((provider) => provider.account),
    'saml-provider': byAccount(),
    'used-assertion': byIdOnly((assertion) => assertion.account),
    // Kubernetes names have no capital letters: what differs by case alone is never both there.
    'pod-identity-association': new Collection({
      group: ({ cluster }) => cluster,
      name: ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`,
    }),
    'revoked-session': byIdOnly((session) => session.account),
    'ended-sign-in': byIdOnly((signIn) => signIn.account),
    'redeemed-grant': byIdOnly((grant) => grant.account),
    'credential-report': byIdOnly(),
    'last-used': byIdOnly(),
    'token-key': byIdOnly(),
    bucket: byIdOnly((bucket) => bucket.account),
    'bucket-policy': byIdOnly((policy) => policy.account),
    // By owner, since the names of trails differ by case.
    trail: byIdOnly(
      () => '',
      (trail) => trail.account,
    ),
    'ended-trail': byIdOnly(),
    'trail-chain': byIdOnly(
      () => '',
      (chain) => chain.trail,
    ),
    'digest-key': byIdOnly((key) => `${key.account} ${key.region}`),
    'instance-identity-key': byIdOnly(),
    'web-identity-issuer': byIdOnly((issuer) => issuer.account),
    'trust-anchor': byPlace(),
    'anywhere-profile': byPlace(),
    'revocation-list': byPlace((list) => list.trustAnchor),
    'anywhere-subject': byPlace(),
  };
}

/** The ARN of a customer managed policy. */
export function policyArn(policy: PolicyRecord): string {
  return iamArn(policy.account, 'policy', policy.path, policy.name);
}

/**
 * The whole identity state in memory, with the indexes that requests read.
 * INVARIANT: documents are never changed in place; a change puts a new document. Readers may keep what they were given.
 */
export class IdentityState {
  readonly #collections = createCollections();
  readonly #attachments = new Map<string, number>();
  readonly #boundaries = new Map<string, number>();
  readonly #members = new Map<string, Set<string>>();

  /** The documents of one kind. */
  all<K extends Kind>(kind: K): Collections[K] {
    return this.#collections[kind];
  }

  /** The customer managed policy with that ARN. Policy ARNs are case-sensitive although names are unique without case. */
  policyByArn(arn: string): PolicyRecord | undefined {
    const match = /^arn:aws:iam::([0-9]{12}):policy\/(?:.*\/)?([^/]+)$/.exec(arn);
    if (match === null) return undefined;
    const policy = this.#collections.policy.named(match[1] ?? '', match[2] ?? '');
    return policy !== undefined && policyArn(policy) === arn ? policy : undefined;
  }

  /** How many users, groups and roles a managed policy is attached to, in all accounts or in one. */
  attachmentCount(arn: string, account: string): number {
    return this.#attachments.get(`${account} ${arn}`) ?? 0;
  }

  /** How many users and roles of an account a managed policy bounds. */
  boundaryCount(arn: string, account: string): number {
    return this.#boundaries.get(`${account} ${arn}`) ?? 0;
  }

  /** The members of a group, sorted by name. */
  usersInGroup(groupId: string): readonly Documents['user'][] {
    const users = [...(this.#members.get(groupId) ?? [])].flatMap(
      (id) => this.#collections.user.get(id) ?? [],
    );
    return users.sort((left, right) => (left.name.toLowerCase() < right.name.toLowerCase() ? -1 : 1));
  }

  /** Puts or removes one document and keeps the indexes; returns the document that was there. */
  apply<K extends Kind>(kind: K, id: string, document: Documents[K] | undefined): Documents[K] | undefined {
    const collection: Collection<Documents[K]> = this.#collections[kind];
    const previous = collection.replace(id, document === undefined ? undefined : share(document));
    if (previous !== undefined) this.#count(previous, -1);
    if (document !== undefined) this.#count(document, 1);
    return previous;
  }

  #count(document: object, by: 1 | -1): void {
    if ('attachedPolicies' in document) {
      const holder = document as Documents['user'] | Documents['group'] | Documents['role'];
      for (const arn of holder.attachedPolicies) add(this.#attachments, `${holder.account} ${arn}`, by);
      if ('permissionsBoundary' in holder && holder.permissionsBoundary !== undefined) {
        add(this.#boundaries, `${holder.account} ${holder.permissionsBoundary}`, by);
      }
      if ('groups' in holder) {
        for (const group of holder.groups) {
          const members = this.#members.get(group) ?? new Set();
          if (by === 1) members.add(holder.id);
          else members.delete(holder.id);
          if (members.size === 0) this.#members.delete(group);
          else this.#members.set(group, members);
        }
      }
    }
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}

/** Lets documents share one empty list and one empty object: at a hundred thousand roles that is tens of megabytes. */
function share<D extends object>(document: D): D {
  const members = Object.entries(document).map(([name, value]) => [
    name,
    isEmptyObject(value) ? emptyOf(value) : value,
  ]);
  return Object.fromEntries(members) as D;
}

function isEmptyObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function emptyOf(value: object): object {
  return Array.isArray(value) ? emptyList : emptyRecord;
}
