import { encodeBase32, type RandomBytes } from '#core/identifiers';
import type { OrganizationDocument } from '#stores/identity';

/** A fresh organization id: `o-` and ten characters. */
export function createOrganizationId(random: RandomBytes): string {
  return `o-${randomText(random, 10)}`;
}

/** A fresh root id: `r-` and eight characters. */
export function createRootId(random: RandomBytes): string {
  return `r-${randomText(random, 8)}`;
}

/** A fresh id of a CreateAccount request: `car-` and thirty-two characters. */
export function createAccountRequestId(random: RandomBytes): string {
  return `car-${randomText(random, 32)}`;
}

/** A fresh id of an organizational unit: `ou-`, the end of the root's id, and eight characters. */
export function createUnitId({ rootId }: OrganizationDocument, random: RandomBytes): string {
  return `ou-${rootId.slice(2)}-${randomText(random, 8)}`;
}

/** A fresh id of a policy: `p-` and eight characters. */
export function createPolicyId(random: RandomBytes): string {
  return `p-${randomText(random, 8)}`;
}

function randomText(random: RandomBytes, length: number): string {
  const bytes = random(Math.ceil((length * 5) / 8));
  return encodeBase32(bytes).slice(0, length).toLowerCase();
}

/** Draws ids until one is not taken. */
export function unusedId<Id extends string>(create: () => Id, isTaken: (id: Id) => boolean): Id {
  let id = create();
  while (isTaken(id)) id = create();
  return id;
}

/** `arn:aws:organizations::MANAGEMENT:organization/o-…` */
export function organizationArn({ managementAccount, id }: OrganizationDocument): string {
  return `arn:aws:organizations::${managementAccount}:organization/${id}`;
}

/** `arn:aws:organizations::MANAGEMENT:account/o-…/ACCOUNT` */
export function accountArn({ managementAccount, id }: OrganizationDocument, account: string): string {
  return `arn:aws:organizations::${managementAccount}:account/${id}/${account}`;
}

/** `arn:aws:organizations::MANAGEMENT:root/o-…/r-…` */
export function organizationRootArn({ managementAccount, id, rootId }: OrganizationDocument): string {
  return `arn:aws:organizations::${managementAccount}:root/${id}/${rootId}`;
}

/** `arn:aws:organizations::MANAGEMENT:ou/o-…/ou-…` */
export function unitArn({ managementAccount, id }: OrganizationDocument, unit: string): string {
  return `arn:aws:organizations::${managementAccount}:ou/${id}/${unit}`;
}

/** `arn:aws:organizations::MANAGEMENT:policy/o-…/TYPE/p-…` of a policy that is the organization's own. */
export function policyArn(
  { managementAccount, id }: OrganizationDocument,
  type: string,
  policy: string,
): string {
  return `arn:aws:organizations::${managementAccount}:policy/${id}/${type.toLowerCase()}/${policy}`;
}
