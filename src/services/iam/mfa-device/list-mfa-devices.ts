import { compareText } from '#core/text';
import { defineOperation } from '#services/operation';
import { type IamTypes, iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { aboutSubject } from '../base/subject.ts';
import { holderName, holderOf, holderSubject } from './holder.ts';

/** The devices that a user, by default the caller, holds (IAM API Reference, "ListMFADevices"). */
export const listMfaDevices = defineOperation(iamOperations.ListMFADevices, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => holderSubject(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('ListMFADevices', world, subject)],
  run: (input, subject, { state, caller }) => {
    const holder = holderOf(state, caller.account.id, subject);
    const held = [...state.all('mfa-device').owned(holder.id)].sort((left, right) =>
      compareText(left.id, right.id),
    );
    const { items, answer } = page(held, ({ id }) => id, input);
    const devices = items.map((device) => ({
      ...holderName(holder),
      SerialNumber: device.id,
      EnableDate: device.enabledAt,
    }));
    // The model requires a UserName, but the root has none.
    return { MFADevices: devices as readonly IamTypes.MFADevice[], ...answer };
  },
});
