import type { ContextValue } from '#core/policy';
import type { Question } from '#services/operation';
import type {
  AccountDocument,
  IdentityState,
  OrganizationalUnitDocument,
  OrganizationDocument,
  Tag,
} from '#stores/identity';
import { accountArn, organizationRootArn, unitArn } from './names.ts';

/** What a policy can be attached to. */
export type Target =
  | { readonly type: 'ROOT'; readonly id: string; readonly organization: OrganizationDocument }
  | { readonly type: 'ORGANIZATIONAL_UNIT'; readonly id: string; readonly unit: OrganizationalUnitDocument }
  | { readonly type: 'ACCOUNT'; readonly id: string; readonly account: AccountDocument };

/** A root or an organizational unit: what accounts and units are in. */
export type Parent = Exclude<Target, { type: 'ACCOUNT' }>;

/** The account of that id in that organization: one of somebody else's is as absent as one that does not exist. */
export function findAccount(
  state: IdentityState,
  organization: OrganizationDocument,
  id: string,
): AccountDocument | undefined {
  const account = state.all('account').get(id);
  return account?.organization?.id === organization.id ? account : undefined;
}

/** The organizational unit of that id in that organization. */
export function findUnit(
  state: IdentityState,
  organization: OrganizationDocument,
  id: string,
): OrganizationalUnitDocument | undefined {
  const unit = state.all('organizational-unit').get(id);
  return unit?.organization === organization.id ? unit : undefined;
}

/** The root or organizational unit of that id in that organization. */
export function findParent(
  state: IdentityState,
  organization: OrganizationDocument,
  id: string,
): Parent | undefined {
  if (id === organization.rootId) return { type: 'ROOT', id, organization };
  const unit = findUnit(state, organization, id);
  return unit && { type: 'ORGANIZATIONAL_UNIT', id, unit };
}

/** The root, organizational unit or account of that id in that organization. */
export function findTarget(
  state: IdentityState,
  organization: OrganizationDocument,
  id: string,
): Target | undefined {
  const account = findAccount(state, organization, id);
  return account === undefined ? findParent(state, organization, id) : { type: 'ACCOUNT', id, account };
}

/** The root, every organizational unit and every account of an organization. */
export function targetsOf(state: IdentityState, organization: OrganizationDocument): readonly Target[] {
  const root: Parent = { type: 'ROOT', id: organization.rootId, organization };
  const units = state
    .all('organizational-unit')
    .owned(organization.id)
    .map((unit): Parent => ({ type: 'ORGANIZATIONAL_UNIT', id: unit.id, unit }));
  const parents = [root, ...units];
  return [
    ...parents,
    ...parents.flatMap((parent) =>
      accountsIn(state, parent.id).map((account): Target => ({ type: 'ACCOUNT', id: account.id, account })),
    ),
  ];
}

/** The accounts that are directly in a root or organizational unit, sorted by id. */
export function accountsIn(state: IdentityState, parent: string): readonly AccountDocument[] {
  return [...state.all('account').owned(parent)].sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** The ARN of what an id names, by its shape alone, so that what does not exist is asked about like what does. */
export function targetArn(organization: OrganizationDocument, id: string): string {
  if (id.startsWith('ou-')) return unitArn(organization, id);
  return id.startsWith('r-')
    ? organizationRootArn({ ...organization, rootId: id })
    : accountArn(organization, id);
}

export function targetName(target: Target): string {
  switch (target.type) {
    case 'ROOT':
      return 'Root';
    case 'ORGANIZATIONAL_UNIT':
      return target.unit.name;
    case 'ACCOUNT':
      return target.account.name;
  }
}

export function targetTags(target: Target): readonly Tag[] {
  switch (target.type) {
    case 'ROOT':
      return target.organization.rootTags ?? [];
    case 'ORGANIZATIONAL_UNIT':
      return target.unit.tags;
    case 'ACCOUNT':
      return target.account.organization?.tags ?? [];
  }
}

/** The question whether the caller may do this to a root, organizational unit or account of their organization. */
export function aboutTarget(
  action: string,
  state: IdentityState,
  organization: OrganizationDocument | undefined,
  id: string,
  context?: Readonly<Record<string, ContextValue | undefined>>,
): Question {
  const target = organization && findTarget(state, organization, id);
  return {
    action: `organizations:${action}`,
    resource: organization === undefined ? '*' : targetArn(organization, id),
    ...(target === undefined ? {} : { resourceTags: targetTags(target) }),
    ...(context === undefined ? {} : { context }),
  };
}
