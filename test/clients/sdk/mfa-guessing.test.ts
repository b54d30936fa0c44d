import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { type AddedUser, addMfaDevice, addUser } from '../../principals.ts';
import { type StartedService, startService } from '../../started-service.ts';

let service: StartedService;
let user: AddedUser;
let device: Awaited<ReturnType<typeof addMfaDevice>>;

before(async () => {
  service = await startService();
  service.stoppedAt = Date.now();
  user = await addUser(service, 'ada');
  device = await addMfaDevice(service, user.user);
});
after(() => service.stop());

async function signIn(TokenCode: string): Promise<void> {
  const SerialNumber = device.serial;
  await service.sts(user.credentials).send(new GetSessionTokenCommand({ SerialNumber, TokenCode }));
}

/** A code that the device does not show around now. */
function wrongCode(): string {
  const present = service.now();
  const shown = [-30_000, 0, 30_000].map((offMs) => {
    service.stoppedAt = present + offMs;
    return device.code();
  });
  service.stoppedAt = present;
  return ['000000', '000001', '000002', '000003'].find((code) => !shown.includes(code)) ?? '';
}

const isRefused = {
  name: 'AccessDenied',
  message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
};

test('after five wrong codes in a row even the right one is refused for half a minute, in the same words', async () => {
  for (let guess = 1; guess <= 5; guess++) await assert.rejects(signIn(wrongCode()), isRefused);
  await assert.rejects(signIn(device.code()), isRefused);
  service.stoppedAt = service.now() + 30_000;
  await signIn(device.code());
});

test('four wrong codes close nothing, and the right one forgets them', async () => {
  for (let round = 1; round <= 2; round++) {
    service.stoppedAt = service.now() + 30_000;
    for (let guess = 1; guess <= 4; guess++) await assert.rejects(signIn(wrongCode()), isRefused);
    await signIn(device.code());
  }
});
