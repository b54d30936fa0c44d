import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSubject } from '../base/subject.ts';
import { heldDevice, holderOf, holderSubject } from './holder.ts';

/** Takes a device from its holder; the device stays and may be enabled again (IAM API Reference, "DeactivateMFADevice"). */
export const deactivateMfaDevice = defineOperation(iamOperations.DeactivateMFADevice, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => holderSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('DeactivateMFADevice', world, subject)],
  run: async (input, subject, { identity, caller }) => {
    const account = caller.account.id;
    await identity.write(({ state, put }) => {
      const holder = holderOf(state, account, subject);
      const device = heldDevice(state, account, holder, input.SerialNumber);
      // INVARIANT: the last step stays, so that codes shown to the old holder's requests do not enable the device again.
      const { owner: _owner, enabledAt: _enabledAt, ...rest } = device;
      put('mfa-device', rest);
    });
  },
});
