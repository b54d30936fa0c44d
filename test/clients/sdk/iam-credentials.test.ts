import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  ChangePasswordCommand,
  CreateAccountAliasCommand,
  CreateLoginProfileCommand,
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteAccountAliasCommand,
  DeleteAccountPasswordPolicyCommand,
  DeleteLoginProfileCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GenerateCredentialReportCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetLoginProfileCommand,
  GetMFADeviceCommand,
  ListAccountAliasesCommand,
  ListMFADevicesCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  ResyncMFADeviceCommand,
  SetSecurityTokenServicePreferencesCommand,
  UpdateAccountPasswordPolicyCommand,
  type UpdateAccountPasswordPolicyCommandInput,
  UpdateLoginProfileCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { Secret, TOTP } from 'otpauth';
import { type AddedRole, type AddedUser, addRole, addUser, allow } from '../../principals.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const stepMs = 30_000;
const account = '111122223333';
const password = 'Correct-Horse-1';
const wrongCode = {
  name: 'AccessDenied',
  message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
};
const wrongCodes = {
  name: 'InvalidAuthenticationCodeException',
  message: 'Authentication code for device is not valid.',
};

let service: StartedService;

before(async () => {
  service = await startService();
  // Codes belong to times: the clock moves only where a test moves it.
  service.stoppedAt = Date.now();
});
after(() => service.stop());

function nextStep(count = 1): void {
  service.stoppedAt = service.now() + count * stepMs;
}

interface Device {
  readonly SerialNumber: string;
  /** What the device shows, some steps from now. */
  code(ahead?: number): string;
}

async function createDevice(name: string, credentials = service.root): Promise<Device> {
  const { VirtualMFADevice: created } = await service
    .iam(credentials)
    .send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }));
  const totp = new TOTP({
    secret: Secret.fromBase32(Buffer.from(created?.Base32StringSeed ?? '').toString()),
  });
  return {
    SerialNumber: created?.SerialNumber ?? '',
    code: (ahead = 0) => totp.generate({ timestamp: service.now() + ahead * stepMs }),
  };
}

/** Enables a device with the codes of the last step and of this one. */
async function enable(device: Device, UserName: string, credentials = service.root): Promise<void> {
  await service.iam(credentials).send(
    new EnableMFADeviceCommand({
      UserName,
      SerialNumber: device.SerialNumber,
      AuthenticationCode1: device.code(-1),
      AuthenticationCode2: device.code(),
    }),
  );
}

function getSession({ SerialNumber }: Device, TokenCode: string, credentials: Credentials) {
  return service.sts(credentials).send(new GetSessionTokenCommand({ SerialNumber, TokenCode }));
}

describe('an MFA device of a user', () => {
  let ada: AddedUser;
  let device: Device;
  let role: AddedRole;

  before(async () => {
    const onlyWithMfa = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'iam:ListUsers',
          Resource: '*',
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        },
        { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
        {
          Effect: 'Allow',
          Action: ['iam:EnableMFADevice', 'iam:ResyncMFADevice', 'iam:ListMFADevices', 'iam:GetMFADevice'],
          Resource: `arn:aws:iam::*:user/\${aws:username}`,
        },
        {
          Effect: 'Allow',
          Action: 'iam:CreateVirtualMFADevice',
          Resource: `arn:aws:iam::*:mfa/\${aws:username}`,
        },
      ],
    });
    ada = await addUser(service, 'ada', { policy: onlyWithMfa });
    role = await addRole(service, 'guarded', {
      principals: [ada.arn],
      condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    });
  });

  const assume = (credentials: Credentials, mfa: { SerialNumber?: string; TokenCode?: string } = {}) =>
    service
      .sts(credentials)
      .send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'session', ...mfa }));

  test('is made and enabled by the user whom policy lets do so, for nobody else', async () => {
    device = await createDevice('ada', ada.credentials);
    assert.equal(device.SerialNumber, `arn:aws:iam::${account}:mfa/ada`);
    await assert.rejects(createDevice('eve', ada.credentials), {
      name: 'AccessDenied',
      message: `User: ${ada.arn} is not authorized to perform: iam:CreateVirtualMFADevice on resource: arn:aws:iam::${account}:mfa/eve because no identity-based policy allows the iam:CreateVirtualMFADevice action`,
    });
    await assert.rejects(enable(device, 'eve', ada.credentials), {
      name: 'AccessDenied',
      message: `User: ${ada.arn} is not authorized to perform: iam:EnableMFADevice on resource: arn:aws:iam::${account}:user/eve because no identity-based policy allows the iam:EnableMFADevice action`,
    });
    await enable(device, 'ada', ada.credentials);
    const listed = await service.iam(ada.credentials).send(new ListMFADevicesCommand({}));
    const expected = {
      UserName: 'ada',
      SerialNumber: device.SerialNumber,
      EnableDate: new Date(Math.floor(service.now() / 1000) * 1000),
    };
    assert.deepEqual(listed.MFADevices, [expected]);
    const { $metadata: _metadata, ...got } = await service
      .iam(ada.credentials)
      .send(new GetMFADeviceCommand({ SerialNumber: device.SerialNumber }));
    assert.deepEqual(got, expected);
  });

  test('gives nothing again for the codes that enabled it', async () => {
    await assert.rejects(getSession(device, device.code(), ada.credentials), wrongCode);
    await assert.rejects(getSession(device, device.code(-1), ada.credentials), wrongCode);
  });

  test('gives a session that policy knows to be with MFA', async () => {
    const list = (credentials: Credentials) => service.iam(credentials).send(new ListUsersCommand({}));
    const denied = {
      name: 'AccessDenied',
      message: `User: ${ada.arn} is not authorized to perform: iam:ListUsers because no identity-based policy allows the iam:ListUsers action`,
    };
    await assert.rejects(list(ada.credentials), denied);
    const without = await service.sts(ada.credentials).send(new GetSessionTokenCommand({}));
    // A session without MFA cannot call IAM at all.
    await assert.rejects(list(credentialsOf(without)), {
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid',
    });
    nextStep();
    const code = device.code();
    const session = credentialsOf(await getSession(device, code, ada.credentials));
    assert.equal((await list(session)).Users?.length, 1);
    await assert.rejects(getSession(device, code, ada.credentials), wrongCode);
    await assert.rejects(
      assume(ada.credentials, { SerialNumber: device.SerialNumber, TokenCode: code }),
      wrongCode,
    );
  });

  test('opens a role whose trust policy asks for MFA, with a code or by a session with one', async () => {
    const refused = {
      name: 'AccessDenied',
      message: `User: ${ada.arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`,
    };
    await assert.rejects(assume(ada.credentials), refused);
    nextStep();
    const mfa = { SerialNumber: device.SerialNumber, TokenCode: device.code() };
    const assumed = await assume(ada.credentials, mfa);
    assert.equal(assumed.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/guarded/session`);
    await assert.rejects(assume(ada.credentials, mfa), wrongCode);
    await assert.rejects(getSession(device, mfa.TokenCode, ada.credentials), wrongCode);
    nextStep();
    const session = credentialsOf(await getSession(device, device.code(), ada.credentials));
    assert.ok((await assume(session)).Credentials);
  });

  test('serves one of many requests that show a code at once', async () => {
    nextStep();
    const code = device.code();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => getSession(device, code, ada.credentials)),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.message, wrongCode.message);
    }
  });

  test('is brought in step again with codes that were not used', async () => {
    const resync = (AuthenticationCode1: string, AuthenticationCode2: string) =>
      service.iam(ada.credentials).send(
        new ResyncMFADeviceCommand({
          UserName: 'ada',
          SerialNumber: device.SerialNumber,
          AuthenticationCode1,
          AuthenticationCode2,
        }),
      );
    await assert.rejects(resync(device.code(-1), device.code()), wrongCodes);
    nextStep(2);
    await assert.rejects(getSession(device, device.code(5), ada.credentials), wrongCode);
    await resync(device.code(4), device.code(5));
    nextStep();
    await getSession(device, device.code(5), ada.credentials);
  });

  test('opens nothing for another user, nor with half of what it takes', async () => {
    const eve = await addUser(service, 'eve');
    nextStep(10);
    const foreign = {
      name: 'AccessDenied',
      message:
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    };
    await assert.rejects(getSession(device, device.code(), eve.credentials), foreign);
    await assert.rejects(
      service.sts(ada.credentials).send(new GetSessionTokenCommand({ TokenCode: device.code() })),
      {
        name: 'AccessDenied',
        message:
          'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
      },
    );
  });

  test('is taken away and deleted, and then opens nothing', async () => {
    const iam = service.iam(service.root);
    const { SerialNumber } = device;
    await assert.rejects(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber })), {
      name: 'DeleteConflictException',
      message: 'MFA VirtualDevice in use. Must deactivate first.',
    });
    await iam.send(new DeactivateMFADeviceCommand({ UserName: 'ada', SerialNumber }));
    await assert.rejects(getSession(device, device.code(), ada.credentials), {
      name: 'AccessDenied',
      message:
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    });
    const free = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: 'Unassigned' }));
    assert.deepEqual(free.VirtualMFADevices, [{ SerialNumber }]);
    await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
    await assert.rejects(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber })), {
      name: 'NoSuchEntityException',
      message: `MFA Device with serial number ${SerialNumber} does not exist.`,
    });
  });

  test('is not made with bad input', async () => {
    const iam = service.iam(service.root);
    await assert.rejects(
      iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone', Path: 'staff/' })),
      {
        name: 'ValidationError',
        message:
          'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
      },
    );
    await assert.rejects(
      iam.send(
        new EnableMFADeviceCommand({
          UserName: 'ada',
          SerialNumber: `arn:aws:iam::${account}:mfa/ada`,
          AuthenticationCode1: '12345',
          AuthenticationCode2: '123456',
        }),
      ),
      {
        name: 'ValidationError',
        message:
          "1 validation error detected: Value at 'authenticationCode1' failed to satisfy constraint: Member must have length greater than or equal to 6",
      },
    );
  });
});

test('the root has MFA devices of its own', async () => {
  const device = await createDevice('root-account-mfa-device');
  await enable(device, account);
  const { SummaryMap } = await service.iam(service.root).send(new GetAccountSummaryCommand({}));
  assert.equal(SummaryMap?.AccountMFAEnabled, 1);
  nextStep();
  assert.ok((await getSession(device, device.code(), service.root)).Credentials);
  await assert.rejects(getSession(device, device.code(), service.root), wrongCode);
});

describe('a password', () => {
  let bob: AddedUser;

  before(async () => {
    bob = await addUser(service, 'bob');
    const input = { UserName: 'bob', Password: password, PasswordResetRequired: true };
    const { LoginProfile } = await service.iam(service.root).send(new CreateLoginProfileCommand(input));
    assert.equal(LoginProfile?.PasswordResetRequired, true);
  });

  const change = (OldPassword: string, NewPassword: string, credentials = bob.credentials) =>
    service.iam(credentials).send(new ChangePasswordCommand({ OldPassword, NewPassword }));
  const setPolicy = (input: UpdateAccountPasswordPolicyCommandInput) =>
    service.iam(service.root).send(new UpdateAccountPasswordPolicyCommand(input));
  const denied = (action: string, resource: string) => ({
    name: 'AccessDenied',
    message: `User: ${bob.arn} is not authorized to perform: iam:${action}${resource} because no identity-based policy allows the iam:${action} action`,
  });

  test('is changed by its owner only when policy or the account allows it', async () => {
    await assert.rejects(
      change(password, 'Battery-Staple-2'),
      denied('ChangePassword', ` on resource: ${bob.arn}`),
    );
    await setPolicy({ MinimumPasswordLength: 10, RequireSymbols: true });
    await assert.rejects(
      change(password, 'Battery-Staple-2'),
      denied('ChangePassword', ` on resource: ${bob.arn}`),
    );
    await assert.rejects(
      service.iam(bob.credentials).send(new GetAccountPasswordPolicyCommand({})),
      denied('GetAccountPasswordPolicy', ''),
    );
    await setPolicy({ MinimumPasswordLength: 10, RequireSymbols: true, AllowUsersToChangePassword: true });
    await change(password, 'Battery-Staple-2');
    const { PasswordPolicy } = await service
      .iam(bob.credentials)
      .send(new GetAccountPasswordPolicyCommand({}));
    assert.deepEqual(PasswordPolicy, {
      MinimumPasswordLength: 10,
      RequireSymbols: true,
      RequireNumbers: false,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: true,
      ExpirePasswords: false,
    });
    await assert.rejects(
      service.iam(bob.credentials).send(new UpdateLoginProfileCommand({ UserName: 'bob' })),
      denied('UpdateLoginProfile', ` on resource: ${bob.arn}`),
    );
  });

  test('has rules within bounds', async () => {
    const input = { MinimumPasswordLength: 129, MaxPasswordAge: 1096, PasswordReusePrevention: 25 };
    await assert.rejects(setPolicy(input), {
      name: 'ValidationError',
      message:
        "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
    });
  });

  test('is not changed past a deny or a boundary, whatever the account allows', async () => {
    const deny = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'iam:ChangePassword', Resource: '*' }],
    });
    const carol = await addUser(service, 'carol', { policy: deny });
    await assert.rejects(change(password, 'Battery-Staple-2', carol.credentials), {
      name: 'AccessDenied',
      message: `User: ${carol.arn} is not authorized to perform: iam:ChangePassword on resource: ${carol.arn} with an explicit deny in an identity-based policy`,
    });
    const dave = await addUser(service, 'dave', {
      permissionsBoundary: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
    });
    await assert.rejects(change(password, 'Battery-Staple-2', dave.credentials), {
      name: 'AccessDenied',
      message: `User: ${dave.arn} is not authorized to perform: iam:ChangePassword on resource: ${dave.arn} because no permissions boundary allows the iam:ChangePassword action`,
    });
  });

  test('is changed by whom policy lets, without any setting', async () => {
    const erin = await addUser(service, 'erin', { policy: allow('iam:ChangePassword') });
    await service.iam(service.root).send(new DeleteAccountPasswordPolicyCommand({}));
    const input = { UserName: 'erin', Password: password };
    await service.iam(service.root).send(new CreateLoginProfileCommand(input));
    await change(password, 'Battery-Staple-2', erin.credentials);
  });

  test('that is wrong or breaks the rules is refused, and told nowhere', async () => {
    await setPolicy({
      MinimumPasswordLength: 10,
      RequireSymbols: true,
      RequireNumbers: true,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
      AllowUsersToChangePassword: true,
      PasswordReusePrevention: 2,
      MaxPasswordAge: 90,
    });
    await assert.rejects(change('Wrong-Horse-9', 'Another-Word-3'), {
      name: 'AccessDenied',
      message: 'The old password was incorrect.',
    });
    const violations = {
      'Short-1': 'Password should have a minimum length of 10',
      'lower-case-1': 'Password should have at least one uppercase letter',
      'UPPER-CASE-1': 'Password should have at least one lowercase letter',
      'Without-Number': 'Password should have at least one number',
      Without1Symbol: 'Password should have at least one symbol',
      [password]: 'Password does not conform to the account password policy.',
      'Battery-Staple-2': 'Password does not conform to the account password policy.',
    };
    for (const [NewPassword, message] of Object.entries(violations)) {
      await assert.rejects(change('Battery-Staple-2', NewPassword), {
        name: 'PasswordPolicyViolationException',
        message,
      });
    }
    await change('Battery-Staple-2', 'Another-Word-3');
    // The record of this last change is on the disk, and so are those before it.
    const directory = join(service.dataDirectory, 'audit');
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    );
    const log = texts.join('\n');
    assert.match(log, /"eventName":"ChangePassword"/);
    for (const word of [...Object.keys(violations), 'Wrong-Horse-9', 'Another-Word-3']) {
      assert.ok(!log.includes(word), word);
    }
  });
});

test('a login profile is made, read, changed and deleted', async () => {
  const iam = service.iam(service.root);
  const { arn, credentials } = await addUser(service, 'fay');
  const create = { UserName: 'fay', Password: password };
  await assert.rejects(service.iam(credentials).send(new CreateLoginProfileCommand(create)), {
    name: 'AccessDenied',
    message: `User: ${arn} is not authorized to perform: iam:CreateLoginProfile on resource: ${arn} because no identity-based policy allows the iam:CreateLoginProfile action`,
  });
  const { LoginProfile: created } = await iam.send(new CreateLoginProfileCommand(create));
  assert.deepEqual((await iam.send(new GetLoginProfileCommand({ UserName: 'fay' }))).LoginProfile, created);
  await assert.rejects(iam.send(new CreateLoginProfileCommand(create)), {
    name: 'EntityAlreadyExistsException',
    message: 'Login Profile for user fay already exists.',
  });
  await iam.send(new UpdateLoginProfileCommand({ UserName: 'fay', PasswordResetRequired: true }));
  const { LoginProfile: updated } = await iam.send(new GetLoginProfileCommand({ UserName: 'fay' }));
  assert.deepEqual(updated, { ...created, PasswordResetRequired: true });
  await iam.send(new DeleteLoginProfileCommand({ UserName: 'fay' }));
  await assert.rejects(iam.send(new GetLoginProfileCommand({ UserName: 'fay' })), {
    name: 'NoSuchEntityException',
    message: 'Login Profile for User fay cannot be found.',
  });
});

describe('an account', () => {
  test('has an alias', async () => {
    const iam = service.iam(service.root);
    await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'brevet-prod' }));
    const aliases = async () => (await iam.send(new ListAccountAliasesCommand({}))).AccountAliases;
    assert.deepEqual(await aliases(), ['brevet-prod']);
    await assert.rejects(iam.send(new CreateAccountAliasCommand({ AccountAlias: 'brevet-prod' })), {
      name: 'EntityAlreadyExistsException',
      message: 'The account alias brevet-prod already exists.',
    });
    await assert.rejects(iam.send(new CreateAccountAliasCommand({ AccountAlias: '-prod' })), {
      name: 'ValidationError',
      message:
        'The specified value for accountAlias is invalid. It must be a minimum length of 3 characters and maximum length of 63 characters, contain only digits, lowercase letters, and hyphens (-), but cannot begin or end with a hyphen.',
    });
    await iam.send(new DeleteAccountAliasCommand({ AccountAlias: 'brevet-prod' }));
    assert.deepEqual(await aliases(), []);
  });

  test('chooses the version of the tokens of the global endpoint', async () => {
    const iam = service.iam(service.root);
    const set = (GlobalEndpointTokenVersion: 'v1Token' | 'v2Token') =>
      iam.send(new SetSecurityTokenServicePreferencesCommand({ GlobalEndpointTokenVersion }));
    await set('v2Token');
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    assert.equal(SummaryMap?.GlobalEndpointTokenVersion, 2);
    assert.equal(Object.keys(SummaryMap ?? {}).length, 34);
    await assert.rejects(set('v3Token' as 'v2Token'), {
      name: 'ValidationError',
      message:
        "1 validation error detected: Value at 'globalEndpointTokenVersion' failed to satisfy constraint: Member must satisfy enum value set",
    });
  });

  test('describes who may do what, by the page', async () => {
    const iam = service.iam(service.root);
    const { user } = await addUser(service, 'hal', { policy: allow('s3:*') });
    const Filter = ['User' as const];
    const names: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(
        new GetAccountAuthorizationDetailsCommand({ Filter, MaxItems: 3, ...(Marker && { Marker }) }),
      );
      for (const { UserName = '', UserPolicyList } of page.UserDetailList ?? []) {
        names.push(UserName);
        if (UserName !== 'hal') continue;
        const [policy] = UserPolicyList ?? [];
        assert.equal(decodeURIComponent(policy?.PolicyDocument ?? ''), user.inlinePolicies.own);
      }
      Marker = page.Marker;
    } while (Marker !== undefined);
    assert.ok(names.includes('hal'));
    const { Users } = await iam.send(new ListUsersCommand({}));
    assert.deepEqual(
      names,
      Users?.map(({ UserName }) => UserName),
    );
    await assert.rejects(
      iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Nothing' as 'User'] })),
      {
        name: 'ValidationError',
        message:
          "1 validation error detected: Value at 'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [User, Role, Group, LocalManagedPolicy, AWSManagedPolicy], Member must not be null]",
      },
    );
  });

  test('reports on credentials to those who may read it', async () => {
    const iam = service.iam(service.root);
    await assert.rejects(iam.send(new GetCredentialReportCommand({})), {
      name: 'CredentialReportNotPresentException',
    });
    assert.equal((await iam.send(new GenerateCredentialReportCommand({}))).State, 'STARTED');
    assert.equal((await iam.send(new GenerateCredentialReportCommand({}))).State, 'COMPLETE');
    const report = await iam.send(new GetCredentialReportCommand({}));
    assert.equal(report.ReportFormat, 'text/csv');
    const [header, root] = Buffer.from(report.Content ?? '')
      .toString()
      .split('\n');
    assert.match(header ?? '', /^user,arn,user_creation_time,/);
    assert.match(root ?? '', new RegExp(`^<root_account>,arn:aws:iam::${account}:root,`));
    const { arn, credentials } = await addUser(service, 'gil');
    for (const [action, command] of Object.entries({
      GenerateCredentialReport: new GenerateCredentialReportCommand({}),
      GetCredentialReport: new GetCredentialReportCommand({}),
      GetAccountAuthorizationDetails: new GetAccountAuthorizationDetailsCommand({}),
      GetAccountSummary: new GetAccountSummaryCommand({}),
      ListAccountAliases: new ListAccountAliasesCommand({}),
      CreateAccountAlias: new CreateAccountAliasCommand({ AccountAlias: 'gil' }),
      DeleteAccountAlias: new DeleteAccountAliasCommand({ AccountAlias: 'gil' }),
      SetSecurityTokenServicePreferences: new SetSecurityTokenServicePreferencesCommand({
        GlobalEndpointTokenVersion: 'v1Token',
      }),
      ListVirtualMFADevices: new ListVirtualMFADevicesCommand({}),
      DeleteAccountPasswordPolicy: new DeleteAccountPasswordPolicyCommand({}),
    })) {
      await assert.rejects(service.iam(credentials).send(command as ListVirtualMFADevicesCommand), {
        name: 'AccessDenied',
        message: `User: ${arn} is not authorized to perform: iam:${action} because no identity-based policy allows the iam:${action} action`,
      });
    }
  });
});
