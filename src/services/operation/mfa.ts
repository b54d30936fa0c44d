import { matchTotp, totpStep } from '#core/totp';
import type { IdentityStore, MfaDeviceDocument } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import { type Fault, fault } from '#wire/faults';
import type { World } from './operation.ts';

/** A code that fits a device of the caller. It is not used up until `consumeMfaCode` has said so. */
export interface MfaProof {
  /** The device as it was when the code was looked at. */
  readonly device: MfaDeviceDocument;
  readonly step: number;
}

/** How far, in steps of thirty seconds, a code may be off the right time or what was learnt of the device's clock. */
const windowSteps = 1;

function wrongCode(): Fault {
  // The trailing space is AWS's.
  return fault('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code. ');
}

/** The seed of a device. Throws KeyringError when it was sealed by another master key. */
export function mfaSeed(device: Pick<MfaDeviceDocument, 'id' | 'sealedSeed'>, box: SecretBox): Uint8Array {
  return box.open(device.sealedSeed, `mfa-device:${device.id}`);
}

/**
 * Checks the device and code of a request against the calling user or root. Undefined when the request has neither.
 * Throws AccessDenied when only one is given, when the device is not the caller's, or when the code is wrong, used, or guessed at too often.
 */
export function matchMfaCode(
  { state, caller, now, box, guesses }: World,
  input: { readonly SerialNumber?: string | undefined; readonly TokenCode?: string | undefined },
): MfaProof | undefined {
  const { SerialNumber: serial, TokenCode: code } = input;
  if (serial === undefined && code === undefined) return undefined;
  if (serial === undefined || code === undefined) {
    throw fault(
      'AccessDenied',
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    );
  }
  const owner =
    caller.kind === 'user' ? caller.user.id : caller.kind === 'root' ? caller.account.id : undefined;
  const device = state.all('mfa-device').get(serial);
  if (device === undefined || device.owner === undefined || device.owner !== owner) {
    throw fault(
      'AccessDenied',
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
  }
  // In the words for a wrong code, so that who guesses does not learn that it is no use.
  if (!guesses.isOpen(device.sealedSeed, now)) throw wrongCode();
  const step = stepOf(device, code, { box, now });
  if (step === undefined) {
    guesses.failed(device.sealedSeed, now);
    throw wrongCode();
  }
  // A code that was used is no guess: whoever sends one twice is not slowed down.
  if (step <= (device.lastStep ?? -1)) throw wrongCode();
  guesses.succeeded(device.sealedSeed);
  return { device, step };
}

/**
 * Finds the device of a user whose code this is. Undefined when it is no device's, was used, or is guessed at too often: which of these is
 * not told. A wrong code is a guess at every device.
 */
export function matchMfaCodeOfUser(
  { state, now, box, guesses }: Pick<World, 'state' | 'now' | 'box' | 'guesses'>,
  userId: string,
  code: string,
): MfaProof | undefined {
  const open = state
    .all('mfa-device')
    .owned(userId)
    .filter(({ sealedSeed }) => guesses.isOpen(sealedSeed, now));
  for (const device of open) {
    const step = stepOf(device, code, { box, now });
    if (step === undefined) continue;
    if (step <= (device.lastStep ?? -1)) return undefined;
    guesses.succeeded(device.sealedSeed);
    return { device, step };
  }
  for (const { sealedSeed } of open) guesses.failed(sealedSeed, now);
  return undefined;
}

/** The time step of a device that a code belongs to, or undefined when it is not its code now. */
function stepOf(
  device: MfaDeviceDocument,
  code: string,
  { box, now }: Pick<World, 'box' | 'now'>,
): number | undefined {
  const seed = mfaSeed(device, box);
  const present = totpStep(now);
  // Who typed the two codes of EnableMFADevice slowly seems to have a slow clock: what fits the right time is right as well.
  return (
    matchTotp(seed, code, present, windowSteps) ??
    matchTotp(seed, code, present + (device.driftSteps ?? 0), windowSteps)
  );
}

/**
 * Uses the code up, over all processes: of two requests with one code only one gets through here.
 * INVARIANT: a device's last step only ever grows. Throws AccessDenied when the code was used meanwhile, or the device is
 * no longer that one or no longer the caller's.
 */
export async function consumeMfaCode(identity: IdentityStore, proof: MfaProof): Promise<void> {
  const { owner, sealedSeed } = proof.device;
  await identity.write(({ state, put }) => {
    const device = state.all('mfa-device').get(proof.device.id);
    // The serial number may have passed to another person's device, or to one made anew.
    if (device === undefined || device.owner !== owner || device.sealedSeed !== sealedSeed) throw wrongCode();
    if (proof.step <= (device.lastStep ?? -1)) throw wrongCode();
    put('mfa-device', { ...device, lastStep: proof.step });
  });
}
