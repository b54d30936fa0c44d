import { defineOperation } from '#services/operation';
import { entityAlreadyExists } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { checkQuota } from '../base/quotas.ts';
import { aboutSubject } from '../base/subject.ts';
import { deviceNumbered, holderOf, holderSubject } from './holder.ts';
import { withTwoCodes } from './two-codes.ts';

/** Gives a virtual MFA device to a user, or to the calling root, who proves with two consecutive codes to have it (IAM API Reference, "EnableMFADevice"). */
export const enableMfaDevice = defineOperation(iamOperations.EnableMFADevice, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => holderSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('EnableMFADevice', world, subject)],
  run: async (input, subject, call) => {
    const account = call.caller.account.id;
    await call.identity.write(({ state, put }) => {
      const holder = holderOf(state, account, subject);
      const device = deviceNumbered(state, account, input.SerialNumber);
      if (device.owner !== undefined) throw entityAlreadyExists('MFA device in use', device.name);
      checkQuota('MFADevicesPerUser', state.all('mfa-device').owned(holder.id).length);
      put('mfa-device', { ...withTwoCodes(device, input, call), owner: holder.id, enabledAt: call.now });
    });
  },
});
