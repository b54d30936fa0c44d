import type { World } from '#services/operation';
import type { IdentityState, MfaDeviceDocument } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { type Subject, subjectOf, subjectUser } from '../base/subject.ts';

/** Who holds MFA devices: a user, or the account's root, which has no name. */
export interface Holder {
  /** Unique id of the user, or the account id. */
  readonly id: string;
  readonly name?: string;
}

/**
 * Whom an operation on a device is about. EnableMFADevice and ResyncMFADevice require a name and the root has none: for a calling
 * root its account id stands for itself, unless a user has that name. Nobody else can name the root.
 */
export function holderSubject(userName: string | undefined, world: World): Subject {
  const { caller, state } = world;
  const namesRoot =
    caller.kind === 'root' &&
    userName === caller.account.id &&
    state.all('user').named(caller.account.id, userName) === undefined;
  return namesRoot ? { kind: 'root' } : subjectOf(userName, world);
}

/** The subject as the holder of devices in that state. Throws NoSuchEntity for a user that is not there. */
export function holderOf(state: IdentityState, account: string, subject: Subject): Holder {
  if (subject.kind === 'root') return { id: account };
  const user = subjectUser(state, account, subject);
  return { id: user.id, name: user.name };
}

/** The holder's name as a member of answers; the root has none. */
export function holderName(holder: Holder): { readonly UserName?: string } {
  return holder.name === undefined ? {} : { UserName: holder.name };
}

/** The device of that serial number. Throws NoSuchEntity; another account's device is as absent as none. */
export function deviceNumbered(state: IdentityState, account: string, serial: string): MfaDeviceDocument {
  const device = state.all('mfa-device').get(serial);
  if (device?.account !== account) throw noSuchEntity('MFA device', serial);
  return device;
}

/** The device of that serial number when that holder has it. Throws NoSuchEntity. */
export function heldDevice(
  state: IdentityState,
  account: string,
  holder: Holder,
  serial: string,
): MfaDeviceDocument {
  const device = deviceNumbered(state, account, serial);
  if (device.owner !== holder.id) throw fault('NoSuchEntity', 'MFA Device invalid for user.');
  return device;
}
