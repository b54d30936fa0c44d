import { matchTotpPair, totpStep } from '#core/totp';
import { mfaSeed, type World } from '#services/operation';
import type { MfaDeviceDocument } from '#stores/identity';
import { fault } from '#wire/faults';

/** How far a device's clock may be off when it is enabled or brought in step again: ten minutes, in steps of thirty seconds. */
const windowSteps = 20;

/**
 * The device after it has shown two consecutive codes: both are used up, and how far its clock is off is learnt from them.
 * To be called in the write that puts it, so that of two requests with the same codes one is refused.
 * Throws InvalidAuthenticationCode.
 */
export function withTwoCodes(
  device: MfaDeviceDocument,
  input: { readonly AuthenticationCode1: string; readonly AuthenticationCode2: string },
  { box, now }: Pick<World, 'box' | 'now'>,
): MfaDeviceDocument {
  const present = totpStep(now);
  const codes = [input.AuthenticationCode1, input.AuthenticationCode2] as const;
  const step = matchTotpPair(mfaSeed(device, box), codes, {
    around: present,
    window: windowSteps,
    after: device.lastStep ?? -1,
  });
  if (step === undefined) {
    throw fault('InvalidAuthenticationCode', 'Authentication code for device is not valid.');
  }
  return { ...device, lastStep: step, driftSteps: step - present };
}
