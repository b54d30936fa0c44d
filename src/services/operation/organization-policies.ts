import type {
  AccountDocument,
  IdentityState,
  OrganizationalUnitDocument,
  OrganizationDocument,
  OrganizationPolicyType,
} from '#stores/identity';
import type { Caller } from './caller.ts';
import type { Question } from './operation.ts';

/** A policy of an organization as decisions and answers use it. */
export interface OrganizationPolicy {
  readonly id: string;
  readonly arn: string;
  readonly type: OrganizationPolicyType;
  readonly name: string;
  readonly description: string;
  readonly content: string;
  readonly awsManaged: boolean;
}

/** What one level of an organization says: the root, an organizational unit or the account itself. */
export type OrganizationLevel = readonly OrganizationPolicy[];

function define(
  type: OrganizationPolicyType,
  name: string,
  description: string,
  statement: object,
): OrganizationPolicy {
  return {
    id: `p-${name}`,
    arn: `arn:aws:organizations::aws:policy/${type.toLowerCase()}/p-${name}`,
    type,
    name,
    description,
    content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2),
    awsManaged: true,
  };
}

/** AWS's own policies, one of each type: each allows everything, so that an organization limits nothing until it is told to. */
export const awsOrganizationPolicies: Readonly<Record<OrganizationPolicyType, OrganizationPolicy>> = {
  SERVICE_CONTROL_POLICY: define(
    'SERVICE_CONTROL_POLICY',
    'FullAWSAccess',
    'Allows access to every operation',
    { Effect: 'Allow', Action: '*', Resource: '*' },
  ),
  RESOURCE_CONTROL_POLICY: define(
    'RESOURCE_CONTROL_POLICY',
    'RCPFullAWSAccess',
    'Allows access to every resource',
    { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
  ),
};

/** True when policies of that type hold in the organization. */
export function isPolicyTypeEnabled(
  organization: OrganizationDocument,
  type: OrganizationPolicyType,
): boolean {
  return organization.enabledPolicyTypes?.includes(type) === true;
}

/** The policy of that id in that organization, its own or AWS's. */
export function organizationPolicy(
  state: IdentityState,
  { id: organization, managementAccount }: OrganizationDocument,
  id: string,
): OrganizationPolicy | undefined {
  const aws = Object.values(awsOrganizationPolicies).find((policy) => policy.id === id);
  if (aws !== undefined) return aws;
  const policy = state.all('organization-policy').get(id);
  if (policy?.organization !== organization) return undefined;
  const { type, name, description, content } = policy;
  const arn = `arn:aws:organizations::${managementAccount}:policy/${organization}/${type.toLowerCase()}/${id}`;
  return { id, arn, type, name, description, content, awsManaged: false };
}

/**
 * The policies of one type that are attached to a root, an organizational unit or an account; none while the type is not enabled.
 * INVARIANT: RCPFullAWSAccess is attached everywhere and cannot be detached, so it is not stored.
 */
export function policiesOfTarget(
  state: IdentityState,
  organization: OrganizationDocument,
  target: string,
  type: OrganizationPolicyType,
): OrganizationLevel {
  if (!isPolicyTypeEnabled(organization, type)) return [];
  const policies = type === 'RESOURCE_CONTROL_POLICY' ? [awsOrganizationPolicies[type]] : [];
  for (const attachment of state.all('policy-attachment').list(target)) {
    if (attachment.type !== type) continue;
    const policy = organizationPolicy(state, organization, attachment.policy);
    // A policy that is attached cannot be deleted. Leaving it out could undo a Deny.
    if (policy === undefined) throw new Error(`attachment ${attachment.id} names no policy`);
    policies.push(policy);
  }
  return policies;
}

/** The ids of the root and the organizational units an account is in, the root first; undefined outside an organization. */
export function organizationPath(
  state: IdentityState,
  account: AccountDocument,
): readonly string[] | undefined {
  return account.organization && pathTo(state, account.organization.parent);
}

/** The ids of the root and the organizational units down to this one, the root first. */
export function unitPath(state: IdentityState, unit: OrganizationalUnitDocument): readonly string[] {
  return pathTo(state, unit.id);
}

function pathTo(state: IdentityState, parent: string): readonly string[] {
  const path = [parent];
  for (let unit = state.all('organizational-unit').get(parent); unit !== undefined; ) {
    path.unshift(unit.parent);
    unit = state.all('organizational-unit').get(unit.parent);
  }
  return path;
}

/** `o-…/r-…/ou-…/`, the form of `aws:PrincipalOrgPaths` and `aws:ResourceOrgPaths`; undefined outside an organization. */
export function organizationPathText(state: IdentityState, account: AccountDocument): string | undefined {
  const path = organizationPath(state, account);
  return path && `${[account.organization?.id, ...path].join('/')}/`;
}

/** The services whose resources resource control policies are about (Organizations User Guide, "Resource control policies"). */
const resourceControlledServices: ReadonlySet<string> = new Set([
  'aoss',
  'cognito-identity',
  'cognito-idp',
  'dynamodb',
  'ecr',
  'kms',
  'logs',
  's3',
  'secretsmanager',
  'sqs',
  'sts',
]);

/**
 * The service control policies that limit a caller, level by level, the root first; undefined where no organization has a say:
 * outside one, in the management account, while the type is not enabled, and for service-linked roles.
 */
export function serviceControlLevels(
  state: IdentityState,
  caller: Caller,
): readonly OrganizationLevel[] | undefined {
  return isServiceLinked(caller) ? undefined : levels(state, caller.account, 'SERVICE_CONTROL_POLICY');
}

/**
 * The resource control policies that guard what a question is about, level by level, the root first; undefined where no organization
 * has a say. It is the organization of the account that owns the resource, whoever asks; of STS only roles are resources.
 */
export function resourceControlLevels(
  state: IdentityState,
  caller: Caller,
  question: Question,
): readonly OrganizationLevel[] | undefined {
  const service = question.action.slice(0, question.action.indexOf(':')).toLowerCase();
  if (!resourceControlledServices.has(service) || question.resource === '*') return undefined;
  if (service === 'sts' && question.trust === undefined) return undefined;
  if (isServiceLinked(caller)) return undefined;
  return resourceControlLevelsOf(state, question.resourceAccount ?? caller.account.id);
}

/** The resource control policies that guard what an account owns, level by level, the root first; undefined where no organization has a say. */
export function resourceControlLevelsOf(
  state: IdentityState,
  account: string,
): readonly OrganizationLevel[] | undefined {
  const owner = state.all('account').get(account);
  return owner && levels(state, owner, 'RESOURCE_CONTROL_POLICY');
}

function isServiceLinked(caller: Caller): boolean {
  return caller.kind === 'assumed-role' && caller.role.path.startsWith('/aws-service-role/');
}

function levels(
  state: IdentityState,
  account: AccountDocument,
  type: OrganizationPolicyType,
): readonly OrganizationLevel[] | undefined {
  if (account.organization === undefined) return undefined;
  const organization = state.all('organization').get(account.organization.id);
  if (organization === undefined) throw new Error(`account ${account.id} names no organization`);
  if (organization.managementAccount === account.id) return undefined;
  if (!isPolicyTypeEnabled(organization, type)) return undefined;
  const path = organizationPath(state, account) ?? [];
  // A path that does not lead up to the root has lost a level, and with it what that level forbids.
  if (path[0] !== organization.rootId) throw new Error(`account ${account.id} is not under the root`);
  return [...path, account.id].map((target) => policiesOfTarget(state, organization, target, type));
}
