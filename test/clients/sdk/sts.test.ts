import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { ListRegionsCommand } from '@aws-sdk/client-account';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import {
  type AddedRole,
  type AddedUser,
  addAccount,
  addMfaDevice,
  addRole,
  addUser,
  allow,
} from '../../principals.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const accountId = '111122223333';
const otherAccountId = '444455556666';
const root = `arn:aws:iam::${accountId}:root`;

let service: StartedService;
let begun = 0;
/** May do everything. */
let admin: AddedUser;
/** Trusts the whole account, tags and source identities included, and may do everything. */
let open: AddedRole;
let nextName = 0;

before(async () => {
  service = await startService();
  begun = Math.floor(Date.now() / 1000) * 1000;
  service.stoppedAt = begun;
  await addAccount(service, otherAccountId);
  admin = await addUser(service, 'admin', { policy: allow('*') });
  open = await addRole(service, 'open', trustAll([root]), { policy: allow('*'), path: '/a/b/' });
});
beforeEach(() => {
  service.stoppedAt = begun;
});
after(() => service.stop());

const everyAction = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
function trustAll(principals: readonly string[]) {
  return { principals, actions: everyAction };
}
function fresh(prefix: string): string {
  nextName += 1;
  return `${prefix}${nextName}`;
}

async function assume(
  credentials: Credentials,
  RoleArn: string,
  input: Partial<AssumeRoleCommandInput> = {},
): Promise<AssumeRoleCommandOutput> {
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...input });
  return service.sts(credentials).send(command);
}
const assumed = async (...given: Parameters<typeof assume>): Promise<Credentials> =>
  credentialsOf(await assume(...given));
const sessionToken = (credentials: Credentials, input: GetSessionTokenCommandInput = {}) =>
  service.sts(credentials).send(new GetSessionTokenCommand(input));
const federate = (credentials: Credentials, input: Partial<GetFederationTokenCommandInput> = {}) =>
  service.sts(credentials).send(new GetFederationTokenCommand({ Name: 'fed', ...input }));
const identityOf = (credentials: Credentials) =>
  service.sts(credentials).send(new GetCallerIdentityCommand({}));
const keyInfo = (credentials: Credentials) =>
  service.sts(credentials).send(new GetAccessKeyInfoCommand({ AccessKeyId: 'ASIAQNZGKIQY56JQ7WML' }));
const decodeNonsense = (credentials: Credentials) =>
  service.sts(credentials).send(new DecodeAuthorizationMessageCommand({ EncodedMessage: 'nonsense' }));
const listUsers = (credentials: Credentials) => service.iam(credentials).send(new ListUsersCommand({}));

async function refuses(call: Promise<unknown>, status: number, code: string, message: string): Promise<void> {
  await assert.rejects(call, (error: Error & { $metadata?: { httpStatusCode?: number }; Code?: string }) => {
    assert.deepEqual(
      [error.$metadata?.httpStatusCode, error.Code ?? error.name, error.message],
      [status, code, message],
    );
    return true;
  });
}
const denies = (call: Promise<unknown>, message: string): Promise<void> =>
  refuses(call, 403, 'AccessDenied', message);
const invalid = (call: Promise<unknown>, message: string): Promise<void> =>
  refuses(call, 400, 'ValidationError', message);

describe('who may call what', () => {
  type Kind = 'user' | 'root' | 'role' | 'user session' | 'root session' | 'federated user';
  const credentials: Record<Kind, () => Promise<Credentials>> = {
    user: async () => admin.credentials,
    root: async () => service.root,
    role: () => assumed(admin.credentials, open.arn),
    'user session': async () => credentialsOf(await sessionToken(admin.credentials)),
    'root session': async () => credentialsOf(await sessionToken(service.root)),
    'federated user': async () => credentialsOf(await federate(admin.credentials, { Policy: allow('*') })),
  };
  const withSession = (operation: string): string => `Cannot call ${operation} with session credentials`;
  const byRoot = 'Roles may not be assumed by root accounts.';
  const rows: readonly {
    readonly operation: string;
    readonly call: (credentials: Credentials) => Promise<unknown>;
    readonly refused: Partial<Record<Kind, string>>;
  }[] = [
    {
      operation: 'AssumeRole',
      call: (given) => assume(given, open.arn),
      refused: {
        root: byRoot,
        'root session': byRoot,
        'federated user': 'Cannot call AssumeRole with federated user credentials',
      },
    },
    {
      operation: 'GetAccessKeyInfo',
      call: keyInfo,
      refused: {
        'user session': withSession('GetAccessKeyInfo'),
        'root session': withSession('GetAccessKeyInfo'),
        'federated user': withSession('GetAccessKeyInfo'),
      },
    },
    { operation: 'GetCallerIdentity', call: identityOf, refused: {} },
    {
      operation: 'GetFederationToken',
      call: (given) => federate(given),
      refused: {
        role: withSession('GetFederationToken'),
        'user session': withSession('GetFederationToken'),
        'root session': withSession('GetFederationToken'),
        'federated user': withSession('GetFederationToken'),
      },
    },
    {
      operation: 'GetSessionToken',
      call: (given) => sessionToken(given),
      refused: {
        role: withSession('GetSessionToken'),
        'user session': withSession('GetSessionToken'),
        'root session': withSession('GetSessionToken'),
        'federated user': withSession('GetSessionToken'),
      },
    },
  ];
  for (const { operation, call, refused } of rows) {
    for (const [kind, held] of Object.entries(credentials) as [Kind, () => Promise<Credentials>][]) {
      const message = refused[kind];
      test(`${operation} by a ${kind} is ${message === undefined ? 'answered' : 'refused'}`, async () => {
        if (message === undefined) await call(await held());
        else await denies(call(await held()), message);
      });
    }
  }

  for (const [kind, held] of Object.entries(credentials) as [Kind, () => Promise<Credentials>][]) {
    const isRefused = kind !== 'user' && kind !== 'root' && kind !== 'role';
    test(`DecodeAuthorizationMessage by a ${kind} is ${isRefused ? 'refused' : 'answered'}`, async () => {
      const call = decodeNonsense(await held());
      if (isRefused) await denies(call, withSession('DecodeAuthorizationMessage'));
      else await refuses(call, 400, 'InvalidAuthorizationMessageException', 'Message is not valid.');
    });
  }

  test('IAM takes users, root and roles, and sessions of users and root with MFA only', async () => {
    for (const kind of ['user', 'root', 'role'] as const) await listUsers(await credentials[kind]());
    for (const kind of ['user session', 'root session', 'federated user'] as const) {
      await refuses(
        listUsers(await credentials[kind]()),
        403,
        'InvalidClientTokenId',
        'The security token included in the request is invalid',
      );
    }
    const { serial, code } = await addMfaDevice(service, admin.user);
    const withMfa = await sessionToken(admin.credentials, { SerialNumber: serial, TokenCode: code() });
    await listUsers(credentialsOf(withMfa));
  });

  test('who they are is what GetCallerIdentity says', async () => {
    const expected: Record<Kind, readonly [arn: string, userId: string]> = {
      user: [admin.arn, admin.user.id],
      root: [root, accountId],
      role: [`arn:aws:sts::${accountId}:assumed-role/open/session`, `${open.role.id}:session`],
      'user session': [admin.arn, admin.user.id],
      'root session': [root, accountId],
      'federated user': [`arn:aws:sts::${accountId}:federated-user/fed`, `${accountId}:fed`],
    };
    for (const [kind, [arn, userId]] of Object.entries(expected) as [Kind, readonly [string, string]][]) {
      const { Account, Arn, UserId } = await identityOf(await credentials[kind]());
      assert.deepEqual([Account, Arn, UserId], [accountId, arn, userId], kind);
    }
  });

  test('GetCallerIdentity and GetSessionToken cannot be denied', async () => {
    const nothing = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    });
    const denied = await addUser(service, fresh('denied'), { policy: nothing });
    assert.equal((await identityOf(denied.credentials)).Arn, denied.arn);
    const session = credentialsOf(await sessionToken(denied.credentials));
    assert.equal((await identityOf(session)).Arn, denied.arn);
    const role = await addRole(service, fresh('denied'), trustAll([root]), { policy: nothing });
    assert.match((await identityOf(await assumed(admin.credentials, role.arn))).Arn ?? '', /assumed-role/);
  });
});

describe('permissions of the operations', () => {
  test('GetAccessKeyInfo and DecodeAuthorizationMessage need their own', async () => {
    const { credentials, arn } = await addUser(service, fresh('nobody'));
    for (const [action, call] of [
      ['sts:GetAccessKeyInfo', keyInfo],
      ['sts:DecodeAuthorizationMessage', decodeNonsense],
    ] as const) {
      await denies(
        call(credentials),
        `User: ${arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
      );
    }
  });

  test('GetAccessKeyInfo reads the account out of an id, without asking whether it is active', async () => {
    assert.equal((await keyInfo(admin.credentials)).Account, '029608264753');
    const other = await addUser(service, fresh('foreign'), { account: otherAccountId });
    const info = (AccessKeyId: string) =>
      service.sts(admin.credentials).send(new GetAccessKeyInfoCommand({ AccessKeyId }));
    assert.equal((await info(other.key.id)).Account, otherAccountId);
    assert.equal((await info(service.root.accessKeyId)).Account, accountId);
    assert.equal((await info((await assumed(admin.credentials, open.arn)).accessKeyId)).Account, accountId);
    await invalid(info('AKIAIOSFODNN7EXAMPLE'), 'Invalid Access Key ID');
    await invalid(
      info('short'),
      "1 validation error detected: Value 'short' at 'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16",
    );
  });

  test('GetFederationToken needs it on the federated user’s own name', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:GetFederationToken',
          Resource: `arn:aws:sts::${accountId}:federated-user/bob`,
        },
      ],
    });
    const { credentials, arn } = await addUser(service, fresh('broker'), { policy });
    await federate(credentials, { Name: 'bob' });
    const refused = (action: string, name: string): string =>
      `User: ${arn} is not authorized to perform: ${action} on resource: arn:aws:sts::${accountId}:federated-user/${name} because no identity-based policy allows the ${action} action`;
    await denies(federate(credentials, { Name: 'eve' }), refused('sts:GetFederationToken', 'eve'));
    await denies(
      federate(credentials, { Name: 'bob', Tags: [{ Key: 'a', Value: 'b' }] }),
      refused('sts:TagSession', 'bob'),
    );
  });
});

describe('durations', () => {
  const secondsOf = (answer: { Credentials?: { Expiration?: Date | undefined } | undefined }): number =>
    ((answer.Credentials?.Expiration?.getTime() ?? 0) - begun) / 1000;
  const tooSmall = (value: number): string =>
    `1 validation error detected: Value '${value}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`;
  const tooLarge = (value: number, limit: number): string =>
    `1 validation error detected: Value '${value}' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to ${limit}`;
  const overRole = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  const overChain =
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';

  test('AssumeRole gives an hour, and from fifteen minutes to the role’s own maximum when asked', async () => {
    const long = await addRole(service, fresh('long'), trustAll([root]), {
      maxSessionDurationSeconds: 43_200,
    });
    assert.equal(secondsOf(await assume(admin.credentials, long.arn)), 3600);
    for (const DurationSeconds of [900, 3601, 43_200]) {
      assert.equal(
        secondsOf(await assume(admin.credentials, long.arn, { DurationSeconds })),
        DurationSeconds,
      );
    }
    await invalid(assume(admin.credentials, long.arn, { DurationSeconds: 899 }), tooSmall(899));
    await invalid(assume(admin.credentials, long.arn, { DurationSeconds: 43_201 }), tooLarge(43_201, 43_200));
    await invalid(assume(admin.credentials, open.arn, { DurationSeconds: 3601 }), overRole);
  });

  test('a chain is capped at an hour, and the role’s maximum is looked at first', async () => {
    const long = await addRole(service, fresh('long'), trustAll([root]), { maxSessionDurationSeconds: 7200 });
    const session = await assumed(admin.credentials, open.arn);
    assert.equal(secondsOf(await assume(session, long.arn)), 3600);
    assert.equal(secondsOf(await assume(session, long.arn, { DurationSeconds: 3600 })), 3600);
    await invalid(assume(session, long.arn, { DurationSeconds: 3601 }), overChain);
    await invalid(assume(session, long.arn, { DurationSeconds: 7201 }), overRole);
    await invalid(assume(session, open.arn, { DurationSeconds: 3601 }), overRole);
  });

  test('a session of a user is not a chain', async () => {
    const long = await addRole(service, fresh('long'), trustAll([root]), { maxSessionDurationSeconds: 7200 });
    const session = credentialsOf(await sessionToken(admin.credentials));
    assert.equal(secondsOf(await assume(session, long.arn, { DurationSeconds: 7200 })), 7200);
  });

  test('the range is looked at before the role, and the role only for those whom it trusts', async () => {
    const nowhere = `arn:aws:iam::${accountId}:role/nowhere`;
    await invalid(assume(admin.credentials, nowhere, { DurationSeconds: 1 }), tooSmall(1));
    await denies(
      assume(admin.credentials, nowhere, { DurationSeconds: 7200 }),
      `User: ${admin.arn} is not authorized to perform: sts:AssumeRole on resource: ${nowhere}`,
    );
  });

  for (const [name, call] of [
    ['GetSessionToken', sessionToken],
    ['GetFederationToken', federate],
  ] as const) {
    test(`${name} gives twelve hours and up to thirty-six, to root an hour whatever it asks`, async () => {
      assert.equal(secondsOf(await call(admin.credentials)), 43_200);
      for (const DurationSeconds of [900, 129_600]) {
        assert.equal(secondsOf(await call(admin.credentials, { DurationSeconds })), DurationSeconds);
      }
      await invalid(call(admin.credentials, { DurationSeconds: 899 }), tooSmall(899));
      await invalid(call(admin.credentials, { DurationSeconds: 129_601 }), tooLarge(129_601, 129_600));
      assert.equal(secondsOf(await call(service.root)), 3600);
      assert.equal(secondsOf(await call(service.root, { DurationSeconds: 129_600 })), 3600);
      assert.equal(secondsOf(await call(service.root, { DurationSeconds: 900 })), 900);
      await invalid(call(service.root, { DurationSeconds: 129_601 }), tooLarge(129_601, 129_600));
    });
  }

  test('a session ends on the second its Expiration names', async () => {
    for (const answer of [
      await assume(admin.credentials, open.arn, { DurationSeconds: 900 }),
      await sessionToken(admin.credentials, { DurationSeconds: 900 }),
      await federate(admin.credentials, { DurationSeconds: 900 }),
    ]) {
      const session = credentialsOf(answer);
      const end = answer.Credentials?.Expiration?.getTime() ?? 0;
      service.stoppedAt = end - 1;
      await identityOf(session);
      service.stoppedAt = end;
      await refuses(
        identityOf(session),
        403,
        'ExpiredToken',
        'The security token included in the request is expired',
      );
      service.stoppedAt = begun;
    }
  });
});

describe('trust', () => {
  const refusal = (caller: string, action: string, role: string): string =>
    `User: ${caller} is not authorized to perform: ${action} on resource: ${role}`;

  test('a role that does not exist and one that does not trust the caller read the same', async () => {
    const stranger = await addUser(service, fresh('stranger'), { policy: allow('*') });
    const closed = await addRole(service, fresh('closed'), { principals: [admin.arn] });
    const nowhere = `arn:aws:iam::${accountId}:role/nowhere`;
    for (const arn of [
      closed.arn,
      nowhere,
      `arn:aws:iam::${accountId}:role/a/open`,
      `arn:aws:iam::999999999999:role/x`,
    ]) {
      await denies(assume(stranger.credentials, arn), refusal(stranger.arn, 'sts:AssumeRole', arn));
    }
  });

  test('a user who is named needs no policy; of a trusted account one does', async () => {
    const named = await addUser(service, fresh('named'));
    const byName = await addRole(service, fresh('by-name'), { principals: [named.arn] });
    await assume(named.credentials, byName.arn);
    await denies(assume(named.credentials, open.arn), refusal(named.arn, 'sts:AssumeRole', open.arn));
  });

  test('across accounts both sides must allow', async () => {
    const foreign = await addUser(service, fresh('foreign'), { account: otherAccountId });
    const able = await addUser(service, fresh('able'), {
      account: otherAccountId,
      policy: allow('sts:AssumeRole'),
    });
    const role = await addRole(service, fresh('shared'), { principals: [foreign.arn, able.arn] });
    await denies(assume(foreign.credentials, role.arn), refusal(foreign.arn, 'sts:AssumeRole', role.arn));
    const answer = await assume(able.credentials, role.arn);
    assert.equal(
      answer.AssumedRoleUser?.Arn,
      `arn:aws:sts::${accountId}:assumed-role/${role.role.name}/session`,
    );
    await denies(assume(able.credentials, open.arn), refusal(able.arn, 'sts:AssumeRole', open.arn));
  });

  test('a user made anew under a trusted name is not trusted', async () => {
    const name = fresh('again');
    const first = await addUser(service, name);
    const role = await addRole(service, fresh('trusts'), { principals: [first.arn] });
    await assume(first.credentials, role.arn);
    await service.house.identity.write(({ delete: remove }) => remove('user', first.user.id));
    const second = await addUser(service, name, { policy: allow('*') });
    await denies(assume(second.credentials, role.arn), refusal(second.arn, 'sts:AssumeRole', role.arn));
  });

  test('the external id must be the agreed one, in its case', async () => {
    const role = await addRole(service, fresh('external'), {
      principals: [root],
      condition: { StringEquals: { 'sts:ExternalId': 'Agreed' } },
    });
    await assume(admin.credentials, role.arn, { ExternalId: 'Agreed' });
    for (const input of [{}, { ExternalId: 'agreed' }, { ExternalId: 'Agreed1' }]) {
      await denies(
        assume(admin.credentials, role.arn, input),
        refusal(admin.arn, 'sts:AssumeRole', role.arn),
      );
    }
  });

  test('the session name may be asked for', async () => {
    const role = await addRole(service, fresh('named-session'), {
      principals: [root],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, replaced when the role is assumed.
      condition: { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } },
    });
    await assume(admin.credentials, role.arn, { RoleSessionName: 'admin' });
    await denies(assume(admin.credentials, role.arn), refusal(admin.arn, 'sts:AssumeRole', role.arn));
  });

  test('what is no ARN is invalid, before anybody is looked up', async () => {
    const text = 'arn:a:a::aaaaaaaaaa:';
    await invalid(assume(admin.credentials, text), `${text} is invalid`);
  });

  test('a role assumed by a role is asked for as the role, its path included', async () => {
    const target = await addRole(service, fresh('for-role'), { principals: [open.arn] });
    await assume(await assumed(admin.credentials, open.arn), target.arn);
    await denies(assume(admin.credentials, target.arn), refusal(admin.arn, 'sts:AssumeRole', target.arn));
  });
});

describe('session policies', () => {
  const self = `arn:aws:sts::${accountId}:assumed-role/open/session`;
  const noSession = (action: string): string =>
    `User: ${self} is not authorized to perform: ${action} because no session policy allows the ${action} action`;

  async function addPolicy(document: string, account = accountId): Promise<string> {
    const name = fresh('policy');
    const id = `ANPA${name
      .toUpperCase()
      .replaceAll(/[^A-Z2-7]/g, 'A')
      .padEnd(17, 'A')}`;
    await service.house.identity.write(({ put }) =>
      put('policy', {
        id: id as AddedRole['role']['id'],
        account: account as AddedRole['role']['account'],
        name,
        path: '/',
        createdAt: begun,
        updatedAt: begun,
        versions: [{ id: 'v1', document, createdAt: begun }],
        defaultVersion: 'v1',
        lastVersion: 1,
        tags: [],
      }),
    );
    return `arn:aws:iam::${account}:policy/${name}`;
  }

  test('limit a role to what both allow', async () => {
    const session = await assumed(admin.credentials, open.arn, { Policy: allow('sts:GetAccessKeyInfo') });
    await keyInfo(session);
    await denies(decodeNonsense(session), noSession('sts:DecodeAuthorizationMessage'));
  });

  test('never grant', async () => {
    const poor = await addRole(service, fresh('poor'), trustAll([root]));
    const session = await assumed(admin.credentials, poor.arn, { Policy: allow('*') });
    await denies(
      keyInfo(session),
      `User: arn:aws:sts::${accountId}:assumed-role/${poor.role.name}/session is not authorized to perform: sts:GetAccessKeyInfo because no identity-based policy allows the sts:GetAccessKeyInfo action`,
    );
  });

  test('deny when they say so', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'sts:GetAccessKeyInfo', Resource: '*' },
      ],
    });
    await denies(
      keyInfo(await assumed(admin.credentials, open.arn, { Policy })),
      `User: ${self} is not authorized to perform: sts:GetAccessKeyInfo with an explicit deny in a session policy`,
    );
  });

  test('managed ones allow what any of them allows, together with the inline one', async () => {
    const arns = [await addPolicy(allow('sts:GetAccessKeyInfo')), await addPolicy(allow('iam:ListUsers'))];
    const PolicyArns = arns.map((arn) => ({ arn }));
    const session = await assumed(admin.credentials, open.arn, { PolicyArns });
    await keyInfo(session);
    await listUsers(session);
    await denies(decodeNonsense(session), noSession('sts:DecodeAuthorizationMessage'));
    const more = await assumed(admin.credentials, open.arn, {
      PolicyArns,
      Policy: allow('sts:DecodeAuthorizationMessage'),
    });
    await refuses(decodeNonsense(more), 400, 'InvalidAuthorizationMessageException', 'Message is not valid.');
  });

  test('a managed one that is gone allows nothing any more', async () => {
    const arn = await addPolicy(allow('sts:GetAccessKeyInfo'));
    const session = await assumed(admin.credentials, open.arn, { PolicyArns: [{ arn }] });
    await keyInfo(session);
    const { identity } = service.house;
    const record = identity.state.policyByArn(arn);
    assert.ok(record !== undefined);
    await identity.write(({ delete: remove }) => remove('policy', record.id));
    await denies(keyInfo(session), noSession('sts:GetAccessKeyInfo'));
  });

  test('managed ones must be there, and of the role’s own account', async () => {
    const foreign = await addPolicy(allow('*'), otherAccountId);
    for (const arn of [
      foreign,
      `arn:aws:iam::${accountId}:policy/nowhere`,
      'arn:aws:iam::aws:policy/Nowhere',
    ]) {
      await refuses(
        assume(admin.credentials, open.arn, { PolicyArns: [{ arn }] }),
        400,
        'MalformedPolicyDocument',
        `Policy ${arn} does not exist or is not attachable.`,
      );
    }
    await assume(admin.credentials, open.arn, {
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
    });
  });

  test('that are no policies are refused before the role is looked up', async () => {
    const nowhere = `arn:aws:iam::${accountId}:role/nowhere`;
    await refuses(
      assume(admin.credentials, nowhere, { Policy: '{' }),
      400,
      'MalformedPolicyDocument',
      'This policy contains invalid Json',
    );
    await refuses(
      federate(admin.credentials, { Policy: '{}' }),
      400,
      'MalformedPolicyDocument',
      'Syntax errors in policy.',
    );
  });

  test('of more than 2048 characters with their ARNs, or more than ten ARNs, are too large', async () => {
    const padded = (length: number): string => allow('*').padEnd(length, ' ');
    const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    await assume(admin.credentials, open.arn, { Policy: padded(2048) });
    await refuses(
      assume(admin.credentials, open.arn, { Policy: padded(2049) }),
      400,
      'PackedPolicyTooLarge',
      'Packed policy consumes 101% of allotted space',
    );
    await assume(admin.credentials, open.arn, { Policy: padded(2048 - arn.length), PolicyArns: [{ arn }] });
    await refuses(
      assume(admin.credentials, open.arn, { Policy: padded(2049 - arn.length), PolicyArns: [{ arn }] }),
      400,
      'PackedPolicyTooLarge',
      'Packed policy consumes 101% of allotted space',
    );
    const eleven = Array.from({ length: 11 }, () => ({ arn }));
    await assume(admin.credentials, open.arn, { PolicyArns: eleven.slice(1) });
    await invalid(
      assume(admin.credentials, open.arn, { PolicyArns: eleven }),
      'PolicyArns must have at most 10 members.',
    );
  });

  test('a federated user may do what both the user and the session policies allow, without one nothing', async () => {
    const broker = await addUser(service, fresh('broker'), {
      policy: allow('sts:GetFederationToken', 'account:ListRegions'),
    });
    const arn = `arn:aws:sts::${accountId}:federated-user/fed`;
    const resource = `on resource: arn:aws:account::${accountId}:account`;
    const list = async (input: Partial<GetFederationTokenCommandInput>): Promise<unknown> => {
      const session = credentialsOf(await federate(broker.credentials, input));
      return service.account(session).send(new ListRegionsCommand({}));
    };
    await list({ Policy: allow('*') });
    const refused = (kind: string): string =>
      `User: ${arn} is not authorized to perform: account:ListRegions ${resource} because no ${kind} policy allows the account:ListRegions action`;
    const deniesInJson = (call: Promise<unknown>, message: string): Promise<void> =>
      refuses(call, 403, 'AccessDeniedException', message);
    await deniesInJson(list({}), refused('session'));
    await deniesInJson(list({ Policy: allow('sts:*') }), refused('session'));
    const poor = await addUser(service, fresh('broker'), { policy: allow('sts:GetFederationToken') });
    const session = credentialsOf(await federate(poor.credentials, { Policy: allow('*') }));
    await deniesInJson(service.account(session).send(new ListRegionsCommand({})), refused('identity-based'));
  });
});

describe('the packed size', () => {
  const Tags = [{ Key: 'Team', Value: 'blue' }];

  test('is absent when a role is assumed with nothing to pack, and 0 for a federated user', async () => {
    assert.equal((await assume(admin.credentials, open.arn)).PackedPolicySize, undefined);
    assert.equal((await federate(admin.credentials)).PackedPolicySize, 0);
  });

  test('counts policies, ARNs and tags', async () => {
    const arns = { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] };
    for (const input of [{ Tags }, { Policy: allow('*') }, arns]) {
      const one = (await assume(admin.credentials, open.arn, input)).PackedPolicySize ?? 0;
      assert.ok(one >= 1 && one < 10, String(one));
      const two = (await federate(admin.credentials, input)).PackedPolicySize ?? 0;
      assert.ok(two >= 1 && two < 10, String(two));
    }
  });

  test('beyond a hundred percent is refused; a token within it is never too long', async () => {
    const random = (length: number): string => {
      let text = '';
      while (text.length < length) text += Math.random().toString(36).slice(2);
      return text.slice(0, length);
    };
    const tags = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `${index}${random(100)}`, Value: random(256) }));
    const fits = await assume(admin.credentials, open.arn, {
      Tags: tags(6),
      RoleSessionName: random(64),
      SourceIdentity: random(64),
    });
    assert.ok((fits.PackedPolicySize ?? 0) > 50);
    assert.ok((fits.Credentials?.SessionToken?.length ?? 9999) <= 4096);
    await assert.rejects(assume(admin.credentials, open.arn, { Tags: tags(50) }), (error: Error) => {
      assert.match(error.message, /^Packed policy consumes [0-9]{3}% of allotted space$/);
      assert.equal(error.name, 'PackedPolicyTooLargeException');
      return true;
    });
  });
});

describe('session tags', () => {
  const teamOnly = (team: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:GetAccessKeyInfo',
          Resource: '*',
          Condition: { StringEquals: { 'aws:PrincipalTag/Team': team } },
        },
      ],
    });
  const Tags = [{ Key: 'Team', Value: 'blue' }];
  const parameter = (call: Promise<unknown>, message: string): Promise<void> =>
    refuses(call, 400, 'InvalidParameterValue', message);

  test('are the principal’s, in place of the role’s own of the same key in any case', async () => {
    const role = await addRole(service, fresh('tagged'), trustAll([root]), {
      policy: teamOnly('blue'),
      tags: [{ key: 'team', value: 'red' }],
    });
    await keyInfo(await assumed(admin.credentials, role.arn, { Tags }));
    await assert.rejects(keyInfo(await assumed(admin.credentials, role.arn)), { name: 'AccessDenied' });
  });

  test('need sts:TagSession in the trust policy', async () => {
    const role = await addRole(service, fresh('untaggable'), { principals: [root] });
    await assume(admin.credentials, role.arn);
    await denies(
      assume(admin.credentials, role.arn, { Tags }),
      `User: ${admin.arn} is not authorized to perform: sts:TagSession on resource: ${role.arn}`,
    );
  });

  test('may be asked for by the trust policy', async () => {
    const role = await addRole(service, fresh('asks'), {
      ...trustAll([root]),
      condition: { StringEquals: { 'aws:RequestTag/Team': 'blue' } },
    });
    await assume(admin.credentials, role.arn, { Tags });
    for (const input of [{}, { Tags: [{ Key: 'Team', Value: 'red' }] }]) {
      await denies(
        assume(admin.credentials, role.arn, input),
        `User: ${admin.arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`,
      );
    }
  });

  test('go on through a chain when they are transitive, and stay so', async () => {
    const role = await addRole(service, fresh('end'), trustAll([root]), {
      policy: teamOnly('blue'),
      tags: [{ key: 'Team', value: 'red' }],
    });
    const one = await assumed(admin.credentials, open.arn, { Tags, TransitiveTagKeys: ['team'] });
    const two = await assumed(one, open.arn);
    await keyInfo(await assumed(two, role.arn));
    const plain = await assumed(admin.credentials, open.arn, { Tags });
    await assert.rejects(keyInfo(await assumed(plain, role.arn)), { name: 'AccessDenied' });
  });

  test('that are inherited need sts:TagSession too', async () => {
    const role = await addRole(service, fresh('untaggable'), { principals: [root] });
    const session = await assumed(admin.credentials, open.arn, { Tags, TransitiveTagKeys: ['Team'] });
    await denies(
      assume(session, role.arn),
      `User: arn:aws:sts::${accountId}:assumed-role/open/session is not authorized to perform: sts:TagSession on resource: ${role.arn}`,
    );
  });

  test('of one key come once, whatever the case', async () => {
    const twice = [...Tags, { Key: 'TEAM', Value: 'red' }];
    const message = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.';
    await parameter(assume(admin.credentials, open.arn, { Tags: twice }), message);
    await parameter(federate(admin.credentials, { Tags: twice }), message);
  });

  test('of AWS’s own keys cannot be passed', async () => {
    for (const Key of ['aws:x', 'AWS:x']) {
      const message = 'Tag keys must not begin with aws:.';
      await parameter(assume(admin.credentials, open.arn, { Tags: [{ Key, Value: 'y' }] }), message);
    }
  });

  test('are transitive only when they are passed', async () => {
    await parameter(
      assume(admin.credentials, open.arn, { Tags, TransitiveTagKeys: ['Other'] }),
      'The specified transitive tag key must be included in the requested tags.',
    );
  });

  test('that are inherited cannot be passed again, in any case', async () => {
    const session = await assumed(admin.credentials, open.arn, { Tags, TransitiveTagKeys: ['Team'] });
    const message =
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
    for (const input of [
      { Tags },
      { Tags: [{ Key: 'TEAM', Value: 'red' }] },
      { Tags: [{ Key: 'team', Value: 'red' }], TransitiveTagKeys: ['team'] },
    ]) {
      await parameter(assume(session, open.arn, input), message);
    }
  });

  test('may be fifty, with keys of 128 and values of 256 code points', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await assume(admin.credentials, open.arn, { Tags: many(50) });
    await assert.rejects(assume(admin.credentials, open.arn, { Tags: many(51) }), {
      name: 'ValidationError',
    });
    await assume(admin.credentials, open.arn, { Tags: [{ Key: 'ä'.repeat(128), Value: 'ö'.repeat(256) }] });
    await assert.rejects(
      assume(admin.credentials, open.arn, { Tags: [{ Key: 'k'.repeat(129), Value: '' }] }),
      { name: 'ValidationError' },
    );
  });
});

describe('the source identity', () => {
  const session = `arn:aws:sts::${accountId}:assumed-role/open/session`;

  test('is answered, kept through a chain, and seen by policy', async () => {
    const role = await addRole(service, fresh('sourced'), trustAll([root]), {
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:GetAccessKeyInfo',
            Resource: '*',
            Condition: { StringEquals: { 'aws:SourceIdentity': 'alice' } },
          },
        ],
      }),
    });
    const first = await assume(admin.credentials, open.arn, { SourceIdentity: 'alice' });
    assert.equal(first.SourceIdentity, 'alice');
    const second = await assume(credentialsOf(first), role.arn);
    assert.equal(second.SourceIdentity, 'alice');
    await keyInfo(credentialsOf(second));
    await assert.rejects(keyInfo(await assumed(admin.credentials, role.arn)), { name: 'AccessDenied' });
    assert.equal((await assume(admin.credentials, open.arn)).SourceIdentity, undefined);
  });

  test('may be said again, but not changed', async () => {
    const first = await assumed(admin.credentials, open.arn, { SourceIdentity: 'alice' });
    assert.equal((await assume(first, open.arn, { SourceIdentity: 'alice' })).SourceIdentity, 'alice');
    for (const SourceIdentity of ['mallory', 'Alice']) {
      await invalid(
        assume(first, open.arn, { SourceIdentity }),
        'The source identity is already set for this assume role session',
      );
    }
  });

  test('needs sts:SetSourceIdentity in the trust policy, inherited or not', async () => {
    const role = await addRole(service, fresh('unsourced'), { principals: [root] });
    await denies(
      assume(admin.credentials, role.arn, { SourceIdentity: 'alice' }),
      `User: ${admin.arn} is not authorized to perform: sts:SetSourceIdentity on resource: ${role.arn}`,
    );
    const first = await assumed(admin.credentials, open.arn, { SourceIdentity: 'alice' });
    await denies(
      assume(first, role.arn),
      `User: ${session} is not authorized to perform: sts:SetSourceIdentity on resource: ${role.arn}`,
    );
  });

  test('that the trust policy asks for and that is missing is refused as sts:AssumeRole', async () => {
    const role = await addRole(service, fresh('asks'), {
      ...trustAll([root]),
      condition: { StringEquals: { 'sts:SourceIdentity': 'alice' } },
    });
    await assume(admin.credentials, role.arn, { SourceIdentity: 'alice' });
    for (const input of [{}, { SourceIdentity: 'bob' }]) {
      await denies(
        assume(admin.credentials, role.arn, input),
        `User: ${admin.arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`,
      );
    }
  });
});

describe('MFA', () => {
  const wrong = 'MultiFactorAuthentication failed with invalid MFA one time pass code. ';
  const unknown =
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.';
  const half =
    'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.';
  const withMfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };

  async function addOwner() {
    const owner = await addUser(service, fresh('mfa'), { policy: allow('sts:*') });
    return { ...owner, ...(await addMfaDevice(service, owner.user)) };
  }

  test('a role that asks for it is assumed with a code, and with a session that was opened with one', async () => {
    const { credentials, serial, code, arn } = await addOwner();
    const role = await addRole(service, fresh('guarded'), { principals: [root], condition: withMfa });
    const refusal = `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`;
    await denies(assume(credentials, role.arn), refusal);
    await assume(credentials, role.arn, { SerialNumber: serial, TokenCode: code() });
    service.stoppedAt = begun + 60_000;
    const opened = await sessionToken(credentials, { SerialNumber: serial, TokenCode: code() });
    await assume(credentialsOf(opened), role.arn);
    await denies(assume(credentialsOf(await sessionToken(credentials)), role.arn), refusal);
  });

  test('the session of a role does not carry it', async () => {
    const { credentials, serial, code } = await addOwner();
    const role = await addRole(service, fresh('inner'), trustAll([root]), {
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:GetAccessKeyInfo', Resource: '*', Condition: withMfa }],
      }),
    });
    const session = await assumed(credentials, role.arn, { SerialNumber: serial, TokenCode: code() });
    await assert.rejects(keyInfo(session), { name: 'AccessDenied' });
  });

  test('a code works once, in whatever operation, and no earlier one after it', async () => {
    const { credentials, serial, code } = await addOwner();
    const earlier = code();
    service.stoppedAt = begun + 30_000;
    const given = code();
    await sessionToken(credentials, { SerialNumber: serial, TokenCode: given });
    await denies(sessionToken(credentials, { SerialNumber: serial, TokenCode: given }), wrong);
    await denies(assume(credentials, open.arn, { SerialNumber: serial, TokenCode: given }), wrong);
    await denies(sessionToken(credentials, { SerialNumber: serial, TokenCode: earlier }), wrong);
    service.stoppedAt = begun + 60_000;
    const last = code();
    await assume(credentials, open.arn, { SerialNumber: serial, TokenCode: last });
    await denies(sessionToken(credentials, { SerialNumber: serial, TokenCode: last }), wrong);
  });

  test('of two requests with one code at the same time one succeeds', async () => {
    const { credentials, serial, code } = await addOwner();
    const TokenCode = code();
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => sessionToken(credentials, { SerialNumber: serial, TokenCode })),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('a code that is wrong, too old or too new is refused', async () => {
    const { credentials, serial, code } = await addOwner();
    const given = code();
    const TokenCode = given === '000000' ? '000001' : '000000';
    await denies(sessionToken(credentials, { SerialNumber: serial, TokenCode }), wrong);
    for (const awayMs of [-90_000, 90_000]) {
      service.stoppedAt = begun + awayMs;
      const away = code();
      service.stoppedAt = begun;
      await denies(sessionToken(credentials, { SerialNumber: serial, TokenCode: away }), wrong);
    }
  });

  test('a device of somebody else, or of nobody, is none', async () => {
    const [one, two] = [await addOwner(), await addOwner()];
    for (const SerialNumber of [two.serial, `arn:aws:iam::${accountId}:mfa/nobody`]) {
      await denies(sessionToken(one.credentials, { SerialNumber, TokenCode: two.code() }), unknown);
      await denies(assume(one.credentials, open.arn, { SerialNumber, TokenCode: two.code() }), unknown);
    }
    const role = await assumed(admin.credentials, open.arn);
    await denies(assume(role, open.arn, { SerialNumber: one.serial, TokenCode: one.code() }), unknown);
  });

  test('a code needs its device, and a device its code', async () => {
    const { credentials, serial, code } = await addOwner();
    await denies(sessionToken(credentials, { SerialNumber: serial }), half);
    await denies(sessionToken(credentials, { TokenCode: code() }), half);
    await denies(assume(credentials, open.arn, { SerialNumber: serial }), half);
  });
});

describe('the end of sessions', () => {
  const gone = (call: Promise<unknown>): Promise<void> =>
    refuses(call, 403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');

  test('a user who is deleted takes every session along', async () => {
    const { credentials, user, key } = await addUser(service, fresh('leaves'), { policy: allow('sts:*') });
    const sessions = [
      credentialsOf(await sessionToken(credentials)),
      credentialsOf(await federate(credentials)),
    ];
    const { identity } = service.house;
    await identity.write(({ put }) => put('access-key', { ...key, status: 'Inactive' }));
    await gone(identityOf(credentials));
    for (const session of sessions) await identityOf(session);
    await identity.write(({ delete: remove }) => remove('user', user.id));
    for (const session of sessions) await gone(identityOf(session));
  });

  test('a role that is deleted ends its sessions, made anew or not', async () => {
    const name = fresh('gone');
    const { role, arn } = await addRole(service, name, trustAll([root]));
    const session = await assumed(admin.credentials, arn);
    await identityOf(session);
    await service.house.identity.write(({ delete: remove }) => remove('role', role.id));
    await gone(identityOf(session));
    await addRole(service, name, trustAll([root]));
    await gone(identityOf(session));
    await identityOf(await assumed(admin.credentials, arn));
  });

  test('a deny by aws:TokenIssueTime ends those of before, and not those after', async () => {
    const { role, arn } = await addRole(service, fresh('revoked'), trustAll([root]), { policy: allow('*') });
    const earlier = await assumed(admin.credentials, arn);
    await keyInfo(earlier);
    const revoke = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: ['*'],
          Resource: ['*'],
          Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(begun + 1000).toISOString() } },
        },
      ],
    });
    await service.house.identity.write(({ put }) =>
      put('role', { ...role, inlinePolicies: { ...role.inlinePolicies, AWSRevokeOlderSessions: revoke } }),
    );
    await denies(
      keyInfo(earlier),
      `User: arn:aws:sts::${accountId}:assumed-role/${role.name}/session is not authorized to perform: sts:GetAccessKeyInfo with an explicit deny in an identity-based policy`,
    );
    await identityOf(earlier);
    service.stoppedAt = begun + 1000;
    await keyInfo(await assumed(admin.credentials, arn));
  });

  test('a change of the trust policy ends none, and a change of permissions shows at once', async () => {
    const { role, arn } = await addRole(service, fresh('changed'), trustAll([root]), { policy: allow('*') });
    const session = await assumed(admin.credentials, arn);
    await service.house.identity.write(({ put }) =>
      put('role', { ...role, trustPolicy: role.trustPolicy.replace('Allow', 'Deny') }),
    );
    await keyInfo(session);
    await service.house.identity.write(({ put }) => put('role', { ...role, inlinePolicies: {} }));
    await assert.rejects(keyInfo(session), { name: 'AccessDenied' });
  });
});

describe('a decoded message', () => {
  test('opens to those of its account who may, and to nobody of another', async () => {
    const { credentials, arn } = await addUser(service, fresh('asks'));
    await assert.rejects(keyInfo(credentials), { name: 'AccessDenied' });
    const EncodedMessage = service.answered.at(-1)?.encodedMessage ?? '';
    const decode = (given: Credentials) =>
      service.sts(given).send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));
    const decoded = JSON.parse((await decode(admin.credentials)).DecodedMessage ?? '');
    assert.equal(decoded.allowed, false);
    assert.equal(decoded.explicitDeny, false);
    assert.equal(decoded.context.action, 'sts:GetAccessKeyInfo');
    assert.equal(decoded.context.principal.arn, arn);
    const foreign = await addUser(service, fresh('foreign'), { account: otherAccountId, policy: allow('*') });
    await refuses(
      decode(foreign.credentials),
      400,
      'InvalidAuthorizationMessageException',
      'Message is not valid.',
    );
  });
});
