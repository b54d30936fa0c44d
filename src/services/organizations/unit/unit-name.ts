import type { IdentityState } from '#stores/identity';
import { fault } from '#wire/faults';

/** Throws DuplicateOrganizationalUnitException when another unit of that parent has the name. */
export function checkUnitName(state: IdentityState, parent: string, name: string, own?: string): void {
  const siblings = state.all('organizational-unit').list(parent);
  if (siblings.some((unit) => unit.name === name && unit.id !== own)) {
    throw fault('DuplicateOrganizationalUnitException', 'An OU with the same name already exists.');
  }
}
