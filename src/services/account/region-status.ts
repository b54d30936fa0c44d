import { isEnabledByDefault, isRegion } from '#core/regions';
import type { AccountDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';

/** What a Region can be for an account. Nothing here takes time, so there is no ENABLING and no DISABLING. */
export type RegionStatus = 'ENABLED' | 'ENABLED_BY_DEFAULT' | 'DISABLED';

/** Every Region is on until the account switches it off, those that AWS accounts have to opt in to included. */
export function regionStatus(account: AccountDocument, region: string): RegionStatus {
  if (account.disabledRegions?.includes(region) === true) return 'DISABLED';
  return isEnabledByDefault(region) ? 'ENABLED_BY_DEFAULT' : 'ENABLED';
}

/** Throws ValidationException for a name that is no Region's. */
export function requireRegion(region: string): void {
  if (!isRegion(region)) {
    throw invalidField('RegionName', `${region} is not a valid region for opt-in or opt-out.`);
  }
}

/** The ValidationException about one member of the input. */
export function invalidField(name: string, message: string): Fault {
  return fault('ValidationException', message, {
    reason: 'fieldValidationFailed',
    fieldList: [{ name, message }],
  });
}

/** The ValidationException for a switch that the Region's present status does not allow. */
export function cannotSwitch(): Fault {
  return fault(
    'ValidationException',
    'Unable to switch region status because of its current opt-in status.',
    {
      reason: 'invalidRegionOptTarget',
    },
  );
}
