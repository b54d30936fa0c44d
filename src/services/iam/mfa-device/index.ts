/**
 * Virtual MFA devices of users and of the account's root: seeds, and who holds which. A seed leaves once, in the answer that made it,
 * and a code works once, whatever it is shown to. Checking a code for a session is `services/operation`'s. Called by the table of IAM.
 */
import { createVirtualMfaDevice } from './create-virtual-mfa-device.ts';
import { deactivateMfaDevice } from './deactivate-mfa-device.ts';
import { deleteVirtualMfaDevice } from './delete-virtual-mfa-device.ts';
import { enableMfaDevice } from './enable-mfa-device.ts';
import { getMfaDevice } from './get-mfa-device.ts';
import { listMfaDevices } from './list-mfa-devices.ts';
import { listVirtualMfaDevices } from './list-virtual-mfa-devices.ts';
import { resyncMfaDevice } from './resync-mfa-device.ts';

export const mfaDeviceOperations = {
  CreateVirtualMFADevice: createVirtualMfaDevice,
  DeactivateMFADevice: deactivateMfaDevice,
  DeleteVirtualMFADevice: deleteVirtualMfaDevice,
  EnableMFADevice: enableMfaDevice,
  GetMFADevice: getMfaDevice,
  ListMFADevices: listMfaDevices,
  ListVirtualMFADevices: listVirtualMfaDevices,
  ResyncMFADevice: resyncMfaDevice,
};
