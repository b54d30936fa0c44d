import { matchTotp, totpStep } from '#core/totp';
import type { IdentityStore, MfaDeviceDocument } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import { type Fault, fault } from '#wire/faults';
import type { World } from './operation.ts';

/** A code that fits a device of the caller. It is not used up until `consumeMfaCode` has said so. */
export interface MfaProof {
  readonly serial: string;
  readonly step: number;
}

/** How far, in steps of thirty seconds, a device's clock may be off what was learnt of it. */
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
 * Throws AccessDenied when only one is given, when the device is not the caller's, or when the code is wrong or used.
 */
export function matchMfaCode(
  { state, caller, now, box }: World,
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
  const step = matchTotp(mfaSeed(device, box), code, totpStep(now) + (device.driftSteps ?? 0), windowSteps);
  if (step === undefined || step <= (device.lastStep ?? -1)) throw wrongCode();
  return { serial, step };
}

/**
 * Uses the code up, over all processes: of two requests with one code only one gets through here.
 * INVARIANT: a device's last step only ever grows. Throws AccessDenied when the code was used meanwhile.
 */
export async function consumeMfaCode(identity: IdentityStore, { serial, step }: MfaProof): Promise<void> {
  await identity.write(({ state, put }) => {
    const device = state.all('mfa-device').get(serial);
    if (device?.owner === undefined || step <= (device.lastStep ?? -1)) throw wrongCode();
    put('mfa-device', { ...device, lastStep: step });
  });
}
