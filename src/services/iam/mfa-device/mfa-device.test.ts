import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase32 } from '#core/identifiers';
import { totpCode, totpStep } from '#core/totp';
import { type Caller, consumeMfaCode, matchMfaCode, type Operation } from '#services/operation';
import type { MfaDeviceDocument, UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from '../user/create-user.ts';
import { createVirtualMfaDevice } from './create-virtual-mfa-device.ts';
import { deactivateMfaDevice } from './deactivate-mfa-device.ts';
import { deleteVirtualMfaDevice } from './delete-virtual-mfa-device.ts';
import { enableMfaDevice } from './enable-mfa-device.ts';
import { getMfaDevice } from './get-mfa-device.ts';
import { listMfaDevices } from './list-mfa-devices.ts';
import { listVirtualMfaDevices } from './list-virtual-mfa-devices.ts';
import { resyncMfaDevice } from './resync-mfa-device.ts';

const account = '111122223333';
const stepMs = 30_000;
const wrongCodes = isFault('InvalidAuthenticationCode', 'Authentication code for device is not valid.');
const wrongCode = isFault(
  'AccessDenied',
  'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
);

interface Device {
  readonly serial: string;
  readonly seed: Uint8Array;
}

async function withUsers(...names: readonly string[]): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  for (const UserName of names) await fixture.call(createUser, { UserName });
  return fixture;
}

async function create(
  fixture: ServiceFixture,
  name: string,
  more: Partial<IamTypes.CreateVirtualMFADeviceRequest> = {},
): Promise<Device> {
  const answer: IamTypes.CreateVirtualMFADeviceResponse = await fixture.call(createVirtualMfaDevice, {
    VirtualMFADeviceName: name,
    ...more,
  });
  const { SerialNumber: serial, Base32StringSeed } = answer.VirtualMFADevice;
  const seed = decodeBase32(Buffer.from(Base32StringSeed ?? '').toString());
  assert.ok(seed);
  return { serial, seed };
}

/** The codes of two consecutive steps, the later one `ahead` steps from the fixture's present. */
function codes(fixture: ServiceFixture, { seed }: Device, ahead = 0) {
  const step = totpStep(fixture.now) + ahead;
  return { AuthenticationCode1: totpCode(seed, step - 1), AuthenticationCode2: totpCode(seed, step) };
}

async function enable(fixture: ServiceFixture, device: Device, UserName: string, ahead = 0): Promise<void> {
  await fixture.call(enableMfaDevice, {
    UserName,
    SerialNumber: device.serial,
    ...codes(fixture, device, ahead),
  });
}

function stored(fixture: ServiceFixture, serial: string): MfaDeviceDocument {
  const device = fixture.identity.state.all('mfa-device').get(serial);
  assert.ok(device);
  return device;
}

function user(fixture: ServiceFixture, name: string): UserDocument {
  const found = fixture.identity.state.all('user').named(fixture.account.id, name);
  assert.ok(found);
  return found;
}

function callerNamed(fixture: ServiceFixture, name: string): Caller {
  return { kind: 'user', account: fixture.account, user: user(fixture, name), accessKeyId: 'AKIAUSER' };
}

/** Shows a code as GetSessionToken and AssumeRole do: looked at, then used up. */
const showCode: Operation = {
  model: getMfaDevice.model,
  callers: 'signed',
  effect: 'read',
  load: (input, world) => matchMfaCode(world, input as { SerialNumber: string; TokenCode: string }),
  authorize: () => [],
  run: async (_input, proof, { identity }) => {
    await consumeMfaCode(identity, proof as NonNullable<ReturnType<typeof matchMfaCode>>);
  },
};

function show(fixture: ServiceFixture, { serial, seed }: Device, caller: Caller, ahead = 0) {
  const TokenCode = totpCode(seed, totpStep(fixture.now) + ahead);
  return fixture.call(showCode, { SerialNumber: serial, TokenCode }, caller);
}

test('CreateVirtualMFADevice answers the serial number, 64 characters of seed and an image', async () => {
  const fixture = await openServiceFixture();
  const answer: IamTypes.CreateVirtualMFADeviceResponse = await fixture.call(createVirtualMfaDevice, {
    VirtualMFADeviceName: 'phone',
    Path: '/staff/',
    Tags: [{ Key: 'team', Value: 'blue' }],
  });
  const { Base32StringSeed, QRCodePNG, ...rest } = answer.VirtualMFADevice;
  assert.deepEqual(rest, {
    SerialNumber: `arn:aws:iam::${account}:mfa/staff/phone`,
    Tags: [{ Key: 'team', Value: 'blue' }],
  });
  assert.match(Buffer.from(Base32StringSeed ?? '').toString(), /^[A-Z2-7]{64}$/);
  assert.equal(
    Buffer.from(QRCodePNG ?? '')
      .subarray(0, 8)
      .toString('latin1'),
    '\x89PNG\r\n\x1a\n',
  );
});

test('the seed is stored sealed, and no two devices share one', async () => {
  const fixture = await openServiceFixture();
  const first = await create(fixture, 'first');
  const second = await create(fixture, 'second');
  assert.notDeepEqual(first.seed, second.seed);
  const document = stored(fixture, first.serial);
  assert.deepEqual(document, {
    id: first.serial,
    account,
    name: 'first',
    path: '/',
    createdAt: fixture.now,
    sealedSeed: document.sealedSeed,
    tags: [],
  });
  const sealed = Buffer.from(document.sealedSeed, 'base64');
  assert.ok(!sealed.includes(Buffer.from(first.seed)));
});

test('a device name is taken once, whatever its path and case', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, 'phone');
  for (const more of [{ VirtualMFADeviceName: 'PHONE' }, { VirtualMFADeviceName: 'phone', Path: '/x/' }]) {
    await assert.rejects(
      fixture.call(createVirtualMfaDevice, more),
      isFault('EntityAlreadyExists', 'MFA device already exists.'),
    );
  }
});

test('a serial number that no request could carry is refused', async () => {
  const fixture = await openServiceFixture();
  const longest = 'x'.repeat(256 - `arn:aws:iam::${account}:mfa/`.length);
  await create(fixture, longest);
  await assert.rejects(
    fixture.call(createVirtualMfaDevice, { VirtualMFADeviceName: `${longest}y` }),
    isFault(
      'ValidationError',
      `1 validation error detected: Value at 'virtualMFADeviceName' failed to satisfy constraint: Member must have length less than or equal to ${longest.length}`,
    ),
  );
});

test('tags given twice are refused, and those that differ by case are two', async () => {
  const fixture = await openServiceFixture();
  const tags = (second: string) => ({
    Tags: [
      { Key: 'a', Value: '' },
      { Key: second, Value: '' },
    ],
  });
  await assert.rejects(
    create(fixture, 'phone', tags('a')),
    isFault('InvalidInput', 'Duplicate tag keys found.'),
  );
  const { serial } = await create(fixture, 'phone', tags('A'));
  assert.deepEqual(stored(fixture, serial).tags, [
    { key: 'a', value: '' },
    { key: 'A', value: '' },
  ]);
});

test('an account has no more virtual devices than users', async () => {
  const fixture = await openServiceFixture();
  const { serial } = await create(fixture, 'first');
  const document = stored(fixture, serial);
  await fixture.identity.write(({ put }) => {
    for (let index = 1; index < 5000; index++) {
      put('mfa-device', { ...document, id: `${serial}${index}`, name: `first${index}` });
    }
  });
  await assert.rejects(
    create(fixture, 'last'),
    isFault('LimitExceeded', 'Cannot exceed quota for VirtualMFADevicesPerAccount: 5000'),
  );
});

test('two consecutive codes give the device to the user', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  await enable(fixture, device, 'bob');
  const document = stored(fixture, device.serial);
  assert.equal(document.owner, user(fixture, 'bob').id);
  assert.equal(document.enabledAt, fixture.now);
  assert.equal(document.lastStep, totpStep(fixture.now));
  assert.equal(document.driftSteps, 0);
});

test('how far the clock of the device is off is learnt, up to ten minutes either way', async () => {
  for (const ahead of [-20, -3, 2, 20]) {
    const fixture = await withUsers('bob');
    const device = await create(fixture, 'phone');
    await enable(fixture, device, 'bob', ahead);
    assert.equal(stored(fixture, device.serial).driftSteps, ahead);
    const bob = callerNamed(fixture, 'bob');
    fixture.now += 5 * stepMs;
    await show(fixture, device, bob, ahead);
    await assert.rejects(show(fixture, device, bob, ahead > 0 ? ahead + 2 : ahead - 2), wrongCode);
  }
  for (const ahead of [-21, 21]) {
    const fixture = await withUsers('bob');
    const device = await create(fixture, 'phone');
    await assert.rejects(enable(fixture, device, 'bob', ahead), wrongCodes);
  }
});

test('who typed slowly when enabling uses the right code all the same', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  await enable(fixture, device, 'bob', -4);
  await show(fixture, device, callerNamed(fixture, 'bob'));
});

test('codes that are wrong, alike or out of order enable nothing', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  const { AuthenticationCode1: first, AuthenticationCode2: second } = codes(fixture, device);
  const other = await create(fixture, 'other');
  const pairs = [[second, first], [first, first], [second, second], Object.values(codes(fixture, other))];
  for (const [AuthenticationCode1, AuthenticationCode2] of pairs) {
    const input = { UserName: 'bob', SerialNumber: device.serial, AuthenticationCode1, AuthenticationCode2 };
    await assert.rejects(fixture.call(enableMfaDevice, input), wrongCodes);
  }
  assert.equal(stored(fixture, device.serial).owner, undefined);
});

test('a device that somebody holds is not given away', async () => {
  const fixture = await withUsers('bob', 'eve');
  const device = await create(fixture, 'phone');
  await enable(fixture, device, 'bob');
  fixture.now += 5 * stepMs;
  await assert.rejects(
    enable(fixture, device, 'eve'),
    isFault('EntityAlreadyExists', 'MFA Device is already in use.'),
  );
});

test('user and device must be there, and of this account', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  await assert.rejects(
    enable(fixture, device, 'nobody'),
    isFault('NoSuchEntity', 'The user with name nobody cannot be found.'),
  );
  const missing = { ...device, serial: `arn:aws:iam::${account}:mfa/nothing` };
  const gone = isFault('NoSuchEntity', `MFA Device with serial number ${missing.serial} does not exist.`);
  await assert.rejects(enable(fixture, missing, 'bob'), gone);
  const input = { UserName: 'bob', SerialNumber: missing.serial };
  await assert.rejects(fixture.call(resyncMfaDevice, { ...input, ...codes(fixture, device) }), gone);
  await assert.rejects(fixture.call(deactivateMfaDevice, input), gone);
  await assert.rejects(fixture.call(deleteVirtualMfaDevice, input), gone);
  await assert.rejects(fixture.call(getMfaDevice, input), gone);
  const member = await fixture.addAccount('444455556666', 'member');
  const stranger: Caller = { kind: 'root', account: member, accessKeyId: 'AKIASTRANGER' };
  await assert.rejects(
    fixture.call(deleteVirtualMfaDevice, { SerialNumber: device.serial }, stranger),
    isFault('NoSuchEntity', `MFA Device with serial number ${device.serial} does not exist.`),
  );
});

test('a user holds eight devices and no more', async () => {
  const fixture = await withUsers('bob');
  for (let index = 1; index <= 8; index++)
    await enable(fixture, await create(fixture, `phone${index}`), 'bob');
  const ninth = await create(fixture, 'phone9');
  await assert.rejects(
    enable(fixture, ninth, 'bob'),
    isFault('LimitExceeded', 'Cannot exceed quota for MFADevicesPerUser: 8'),
  );
});

test('a code works once, whatever it is shown to', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  const bob = callerNamed(fixture, 'bob');
  await enable(fixture, device, 'bob');
  await assert.rejects(show(fixture, device, bob), wrongCode);
  await assert.rejects(show(fixture, device, bob, -1), wrongCode);
  fixture.now += stepMs;
  await show(fixture, device, bob);
  await assert.rejects(show(fixture, device, bob), wrongCode);
  const input = { UserName: 'bob', SerialNumber: device.serial };
  await assert.rejects(fixture.call(resyncMfaDevice, { ...input, ...codes(fixture, device) }), wrongCodes);
  await assert.rejects(fixture.call(resyncMfaDevice, { ...input, ...codes(fixture, device, 1) }), wrongCodes);
  fixture.now += stepMs;
  await fixture.call(resyncMfaDevice, { ...input, ...codes(fixture, device, 1) });
  await assert.rejects(show(fixture, device, bob), wrongCode);
  await assert.rejects(show(fixture, device, bob, 1), wrongCode);
});

test('codes of before do not enable a device again that was deactivated', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  const input = { UserName: 'bob', SerialNumber: device.serial };
  const used = codes(fixture, device);
  await enable(fixture, device, 'bob');
  await fixture.call(deactivateMfaDevice, input);
  assert.equal(stored(fixture, device.serial).owner, undefined);
  assert.equal(stored(fixture, device.serial).enabledAt, undefined);
  await assert.rejects(fixture.call(enableMfaDevice, { ...input, ...used }), wrongCodes);
  fixture.now += 2 * stepMs;
  await enable(fixture, device, 'bob');
});

test('a code that was looked at is not used up for a device that changed hands or was made anew', async () => {
  const fixture = await withUsers('bob', 'eve');
  const device = await create(fixture, 'phone');
  await enable(fixture, device, 'bob');
  fixture.now += stepMs;
  const proof = { device: stored(fixture, device.serial), step: totpStep(fixture.now) };
  for (const change of [{ owner: user(fixture, 'eve').id }, { sealedSeed: 'another' }]) {
    await fixture.identity.write(({ put }) => put('mfa-device', { ...proof.device, ...change }));
    await assert.rejects(consumeMfaCode(fixture.identity, proof), wrongCode);
  }
  await fixture.identity.write(({ put }) => put('mfa-device', proof.device));
  await consumeMfaCode(fixture.identity, proof);
});

test('ResyncMFADevice learns anew how far the clock is off', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  const bob = callerNamed(fixture, 'bob');
  await enable(fixture, device, 'bob');
  fixture.now += 60 * stepMs;
  await assert.rejects(show(fixture, device, bob, 8), wrongCode);
  const input = { UserName: 'bob', SerialNumber: device.serial, ...codes(fixture, device, 9) };
  await fixture.call(resyncMfaDevice, input);
  assert.equal(stored(fixture, device.serial).driftSteps, 9);
  assert.equal(stored(fixture, device.serial).owner, user(fixture, 'bob').id);
  await show(fixture, device, bob, 10);
});

test("another user's device is refused", async () => {
  const fixture = await withUsers('bob', 'eve');
  const device = await create(fixture, 'phone');
  await enable(fixture, device, 'bob');
  const input = { UserName: 'eve', SerialNumber: device.serial };
  const foreign = isFault('NoSuchEntity', 'MFA Device invalid for user.');
  fixture.now += 5 * stepMs;
  await assert.rejects(fixture.call(resyncMfaDevice, { ...input, ...codes(fixture, device) }), foreign);
  await assert.rejects(fixture.call(deactivateMfaDevice, input), foreign);
  await assert.rejects(fixture.call(getMfaDevice, input), foreign);
});

test('a device is deleted once nobody holds it', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  await enable(fixture, device, 'bob');
  await assert.rejects(
    fixture.call(deleteVirtualMfaDevice, { SerialNumber: device.serial }),
    isFault('DeleteConflict', 'MFA VirtualDevice in use. Must deactivate first.'),
  );
  await fixture.call(deactivateMfaDevice, { UserName: 'bob', SerialNumber: device.serial });
  await fixture.call(deleteVirtualMfaDevice, { SerialNumber: device.serial });
  assert.equal(fixture.identity.state.all('mfa-device').get(device.serial), undefined);
});

test('the calling root holds devices of its own, named by its account id', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'root-account-mfa-device');
  await enable(fixture, device, account);
  assert.equal(stored(fixture, device.serial).owner, account);
  const listed: IamTypes.ListMFADevicesResponse = await fixture.call(listMfaDevices, {});
  assert.deepEqual(listed, {
    MFADevices: [{ SerialNumber: device.serial, EnableDate: fixture.now }],
    IsTruncated: false,
  });
  const got: IamTypes.GetMFADeviceResponse = await fixture.call(getMfaDevice, {
    SerialNumber: device.serial,
  });
  assert.deepEqual(got, { SerialNumber: device.serial, EnableDate: fixture.now });
  fixture.now += stepMs;
  await show(fixture, device, fixture.root);
  await fixture.call(deactivateMfaDevice, { SerialNumber: device.serial });
  assert.equal(stored(fixture, device.serial).owner, undefined);
});

test('nobody but the root can name the root, and a user of that name comes first', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone');
  const input = { UserName: account, SerialNumber: device.serial, ...codes(fixture, device) };
  await assert.rejects(
    fixture.call(enableMfaDevice, input, callerNamed(fixture, 'bob')),
    isFault('NoSuchEntity', `The user with name ${account} cannot be found.`),
  );
  await fixture.call(createUser, { UserName: account });
  await enable(fixture, device, account);
  assert.equal(stored(fixture, device.serial).owner, user(fixture, account).id);
});

test('ListMFADevices and GetMFADevice mean the caller when nobody is named', async () => {
  const fixture = await withUsers('bob', 'eve');
  const devices = [await create(fixture, 'b'), await create(fixture, 'a')];
  for (const device of devices) await enable(fixture, device, 'bob');
  const bob = callerNamed(fixture, 'bob');
  const listed: IamTypes.ListMFADevicesResponse = await fixture.call(listMfaDevices, {}, bob);
  assert.deepEqual(
    listed.MFADevices,
    ['a', 'b'].map((name) => ({
      UserName: 'bob',
      SerialNumber: `arn:aws:iam::${account}:mfa/${name}`,
      EnableDate: fixture.now,
    })),
  );
  const got: IamTypes.GetMFADeviceResponse = await fixture.call(
    getMfaDevice,
    { SerialNumber: listed.MFADevices[0]?.SerialNumber },
    bob,
  );
  assert.deepEqual(got, listed.MFADevices[0]);
  const none: IamTypes.ListMFADevicesResponse = await fixture.call(listMfaDevices, { UserName: 'eve' }, bob);
  assert.deepEqual(none, { MFADevices: [], IsTruncated: false });
  await assert.rejects(
    fixture.call(listMfaDevices, { UserName: 'nobody' }),
    isFault('NoSuchEntity', 'The user with name nobody cannot be found.'),
  );
});

test('ListMFADevices goes by the page', async () => {
  const fixture = await withUsers('bob');
  for (const name of ['b', 'c', 'a']) await enable(fixture, await create(fixture, name), 'bob');
  const first: IamTypes.ListMFADevicesResponse = await fixture.call(listMfaDevices, {
    UserName: 'bob',
    MaxItems: 2,
  });
  assert.equal(first.IsTruncated, true);
  const second: IamTypes.ListMFADevicesResponse = await fixture.call(listMfaDevices, {
    UserName: 'bob',
    MaxItems: 2,
    Marker: first.Marker,
  });
  assert.equal(second.IsTruncated, false);
  assert.deepEqual(
    [...first.MFADevices, ...second.MFADevices].map(({ SerialNumber }) => SerialNumber.at(-1)),
    ['a', 'b', 'c'],
  );
});

test('ListVirtualMFADevices tells held from free devices, and who holds them', async () => {
  const fixture = await withUsers('bob');
  await create(fixture, 'Free', { Tags: [{ Key: 'team', Value: 'blue' }] });
  await enable(fixture, await create(fixture, 'phone'), 'bob');
  await enable(fixture, await create(fixture, 'root'), account);
  const list = (
    input: IamTypes.ListVirtualMFADevicesRequest,
  ): Promise<IamTypes.ListVirtualMFADevicesResponse> => fixture.call(listVirtualMfaDevices, input);
  const bob = user(fixture, 'bob');
  const free = { SerialNumber: `arn:aws:iam::${account}:mfa/Free` };
  const held = [
    {
      SerialNumber: `arn:aws:iam::${account}:mfa/phone`,
      User: {
        Path: '/',
        UserName: 'bob',
        UserId: bob.id,
        Arn: `arn:aws:iam::${account}:user/bob`,
        CreateDate: bob.createdAt,
      },
      EnableDate: fixture.now,
    },
    {
      SerialNumber: `arn:aws:iam::${account}:mfa/root`,
      User: { UserId: account, Arn: `arn:aws:iam::${account}:root`, CreateDate: fixture.account.createdAt },
      EnableDate: fixture.now,
    },
  ];
  assert.deepEqual(await list({}), { VirtualMFADevices: [free, ...held], IsTruncated: false });
  assert.deepEqual((await list({ AssignmentStatus: 'Any' })).VirtualMFADevices, [free, ...held]);
  assert.deepEqual((await list({ AssignmentStatus: 'Assigned' })).VirtualMFADevices, held);
  assert.deepEqual((await list({ AssignmentStatus: 'Unassigned' })).VirtualMFADevices, [free]);
  const first = await list({ MaxItems: 1, AssignmentStatus: 'Assigned' });
  assert.deepEqual(first.VirtualMFADevices, held.slice(0, 1));
  const second = await list({ MaxItems: 1, AssignmentStatus: 'Assigned', Marker: first.Marker });
  assert.deepEqual(second, { VirtualMFADevices: held.slice(1), IsTruncated: false });
  await assert.rejects(list({ Marker: 'nonsense' }), isFault('ValidationError', 'Invalid Marker.'));
});

test('policy is asked about the device, or about whose device it is', async () => {
  const fixture = await withUsers('bob');
  const device = await create(fixture, 'phone', { Tags: [{ Key: 'team', Value: 'blue' }] });
  const bob = callerNamed(fixture, 'bob');
  const userResource = `arn:aws:iam::${account}:user/bob`;
  assert.deepEqual(
    fixture.questions(createVirtualMfaDevice, {
      VirtualMFADeviceName: 'other',
      Path: '/x/',
      Tags: [{ Key: 'team', Value: 'red' }],
    }),
    ['iam:CreateVirtualMFADevice', 'iam:TagMFADevice'].map((action) => ({
      action,
      resource: `arn:aws:iam::${account}:mfa/x/other`,
      context: { 'aws:RequestTag/team': 'red', 'aws:TagKeys': ['team'] },
    })),
  );
  assert.deepEqual(fixture.questions(deleteVirtualMfaDevice, { SerialNumber: device.serial }), [
    {
      action: 'iam:DeleteVirtualMFADevice',
      resource: device.serial,
      resourceTags: [{ key: 'team', value: 'blue' }],
    },
  ]);
  assert.deepEqual(fixture.questions(listVirtualMfaDevices, {}), [
    { action: 'iam:ListVirtualMFADevices', resource: '*' },
  ]);
  const aboutUsers = {
    EnableMFADevice: enableMfaDevice,
    ResyncMFADevice: resyncMfaDevice,
    DeactivateMFADevice: deactivateMfaDevice,
    GetMFADevice: getMfaDevice,
    ListMFADevices: listMfaDevices,
  };
  for (const [name, operation] of Object.entries(aboutUsers)) {
    const input = { UserName: 'bob', SerialNumber: device.serial };
    assert.deepEqual(fixture.questions(operation, input, bob), [
      { action: `iam:${name}`, resource: userResource, resourceTags: [] },
    ]);
    assert.deepEqual(fixture.questions(operation, { ...input, UserName: 'nobody' }, bob), [
      { action: `iam:${name}`, resource: `arn:aws:iam::${account}:user/nobody` },
    ]);
    assert.deepEqual(fixture.questions(operation, { ...input, UserName: account }), [
      { action: `iam:${name}`, resource: `arn:aws:iam::${account}:root` },
    ]);
  }
});
