import { defineOperation } from '#services/operation';
import { deleteConflict } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { deviceNumbered } from './holder.ts';

/** Deletes a virtual MFA device that nobody holds (IAM API Reference, "DeleteVirtualMFADevice"). */
export const deleteVirtualMfaDevice = defineOperation(iamOperations.DeleteVirtualMFADevice, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => {
    const device = state.all('mfa-device').get(input.SerialNumber);
    return device?.account === caller.account.id ? device : undefined;
  },
  authorize: (input, found) => [
    {
      action: 'iam:DeleteVirtualMFADevice',
      resource: input.SerialNumber,
      ...(found === undefined ? {} : { resourceTags: found.tags }),
    },
  ],
  run: async (input, _found, { identity, caller }) => {
    await identity.write(({ state, delete: remove }) => {
      const device = deviceNumbered(state, caller.account.id, input.SerialNumber);
      if (device.owner !== undefined) throw deleteConflict('MFA device holder');
      remove('mfa-device', device.id);
    });
  },
});
