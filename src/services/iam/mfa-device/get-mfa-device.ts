import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject } from '../base/subject.ts';
import { heldDevice, holderName, holderOf, holderSubject } from './holder.ts';

/** A device of a user, by default of the caller, and since when it is enabled (IAM API Reference, "GetMFADevice"). */
export const getMfaDevice = defineOperation(iamOperations.GetMFADevice, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => holderSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('GetMFADevice', world, subject)],
  run: (input, subject, { state, caller }) => {
    const account = caller.account.id;
    const holder = holderOf(state, account, subject);
    const device = heldDevice(state, account, holder, input.SerialNumber);
    return { ...holderName(holder), SerialNumber: device.id, EnableDate: device.enabledAt };
  },
});
