import { defineOperation, loadNothing } from '#services/operation';
import type { IdentityState, MfaDeviceDocument } from '#stores/identity';
import { type IamTypes, iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { aboutEverything } from '../base/question.ts';
import { describeRoot, listedUser } from '../user/describe-user.ts';

/** The virtual MFA devices of the account, held or not, without seeds and tags (IAM API Reference, "ListVirtualMFADevices"). */
export const listVirtualMfaDevices = defineOperation(iamOperations.ListVirtualMFADevices, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListVirtualMFADevices')],
  run: (input, _loaded, { state, caller }) => {
    const asked = state
      .all('mfa-device')
      .list(caller.account.id)
      .filter(({ owner }) => isAskedFor(owner, input.AssignmentStatus));
    const { items, answer } = page(asked, ({ name }) => name.toLowerCase(), input);
    return { VirtualMFADevices: items.map((device) => describeDevice(state, device)), ...answer };
  },
});

function isAskedFor(owner: string | undefined, status = 'Any'): boolean {
  return status === 'Any' || (status === 'Assigned') === (owner !== undefined);
}

function describeDevice(state: IdentityState, device: MfaDeviceDocument): IamTypes.VirtualMFADevice {
  const holder = state.all('user').get(device.owner ?? '');
  const account = device.owner === device.account ? state.all('account').get(device.account) : undefined;
  return {
    SerialNumber: device.id,
    ...(holder === undefined ? {} : { User: listedUser(holder) }),
    ...(account === undefined ? {} : { User: describeRoot(account) }),
    ...(device.enabledAt === undefined ? {} : { EnableDate: device.enabledAt }),
  };
}
