import { iamArn } from '#core/arn';
import { encodeBase32 } from '#core/identifiers';
import { encodePng, encodeQrCode } from '#core/qr-code';
import { percentEncode } from '#core/text';
import { defineOperation } from '#services/operation';
import type { AccountDocument, MfaDeviceDocument } from '#stores/identity';
import { entityAlreadyExists, fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEntity } from '../base/question.ts';
import { checkQuota } from '../base/quotas.ts';
import { answerTags, readTags, requestTagContext } from '../base/tags.ts';

/** Sixty-four characters of base32, as AWS's seeds have. */
const seedBytes = 40;
const longestSerialNumber = 256;
const pixelsPerModule = 4;
const issuer = 'Brevet';

/** Creates a virtual MFA device that nobody holds yet. Its seed is in this answer and never again (IAM API Reference, "CreateVirtualMFADevice"). */
export const createVirtualMfaDevice = defineOperation(iamOperations.CreateVirtualMFADevice, {
  callers: 'signed',
  effect: 'credential',
  load: (input, { caller }) => ({
    tags: readTags(input.Tags, 'exact-case'),
    serial: serialNumber(caller.account.id, input.Path ?? '/', input.VirtualMFADeviceName),
  }),
  authorize: (input, { tags }, world) => {
    const place = { name: input.VirtualMFADeviceName, path: input.Path ?? '/' };
    const context = requestTagContext(tags);
    const actions = ['CreateVirtualMFADevice', ...(tags.length === 0 ? [] : ['TagMFADevice'])];
    return actions.map((action) =>
      aboutEntity(action, world, 'mfa', place, input.VirtualMFADeviceName, context),
    );
  },
  run: async (input, { tags, serial }, { box, caller, identity, now, random }) => {
    const { account } = caller;
    const name = input.VirtualMFADeviceName;
    const seed = random(seedBytes);
    const device: MfaDeviceDocument = {
      id: serial,
      account: account.id,
      name,
      path: input.Path ?? '/',
      createdAt: now,
      sealedSeed: box.seal(seed, `mfa-device:${serial}`),
      tags,
    };
    await identity.write(({ state, put }) => {
      const devices = state.all('mfa-device');
      if (devices.named(account.id, name) !== undefined) throw entityAlreadyExists('MFA device', name);
      checkQuota('VirtualMFADevicesPerAccount', devices.count(account.id));
      put('mfa-device', device);
    });
    const secret = encodeBase32(seed);
    return {
      VirtualMFADevice: {
        SerialNumber: serial,
        Base32StringSeed: Buffer.from(secret),
        QRCodePNG: encodePng(encodeQrCode(keyUri(account, name, secret)), pixelsPerModule),
        ...(tags.length === 0 ? {} : { Tags: answerTags(tags) }),
      },
    };
  },
});

/** The model bounds neither this name nor, together with it, the path; but a serial number that is too long could never be enabled. */
function serialNumber(account: string, path: string, name: string): string {
  const serial = iamArn(account, 'mfa', path, name);
  if (serial.length <= longestSerialNumber) return serial;
  throw fault(
    'ValidationError',
    `1 validation error detected: Value at 'virtualMFADeviceName' failed to satisfy constraint: Member must have length less than or equal to ${longestSerialNumber - (serial.length - name.length)}`,
  );
}

/** What authenticator apps read (Google Authenticator wiki, "Key URI Format"). */
function keyUri(account: AccountDocument, name: string, secret: string): string {
  const holder = `${percentEncode(name)}@${account.alias ?? account.id}`;
  return `otpauth://totp/${issuer}:${holder}?secret=${secret}&issuer=${issuer}`;
}
