import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject } from '../base/subject.ts';
import { heldDevice, holderOf, holderSubject } from './holder.ts';
import { withTwoCodes } from './two-codes.ts';

/** Learns anew from two consecutive codes how far a device's clock is off (IAM API Reference, "ResyncMFADevice"). */
export const resyncMfaDevice = defineOperation(iamOperations.ResyncMFADevice, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => holderSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('ResyncMFADevice', world, subject)],
  run: async (input, subject, call) => {
    const account = call.caller.account.id;
    await call.identity.write(({ state, put }) => {
      const holder = holderOf(state, account, subject);
      const device = heldDevice(state, account, holder, input.SerialNumber);
      put('mfa-device', withTwoCodes(device, input, call));
    });
  },
});
