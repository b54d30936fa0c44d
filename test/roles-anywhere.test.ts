import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CreateRoleCommand, DeleteRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateProfileCommand,
  DisableProfileCommand,
  EnableProfileCommand,
  GetSubjectCommand,
  ListProfilesCommand,
  ListSubjectsCommand,
  RolesAnywhereClient,
  UpdateProfileCommand,
} from '@aws-sdk/client-rolesanywhere';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type AccountId, createUniqueId } from '#core/identifiers';
import {
  type AnywhereFixture,
  absentOf,
  account,
  idOf,
  roleArn,
  startAnywhere,
  trustedActions,
} from './anywhere-fixture.ts';
import type { AnywhereCall } from './anywhere-signer.ts';
import { addAccount } from './principals.ts';
import {
  alternativeNames,
  directoryName,
  dnsName,
  ecKeys,
  keyUsage,
  rsaKeys,
  uriName,
} from './x509-writer.ts';

let fixture: AnywhereFixture;

before(async () => {
  fixture = await startAnywhere();
});
after(() => fixture.stop());

beforeEach(() => fixture.setTrust(fixture.trust()));

const unable = (more: Partial<AnywhereCall>, role = roleArn) =>
  fixture.assertRefused(more, 403, 'AccessDeniedException', `Unable to assume role for ${role}`);
const untrusted = (more: Partial<AnywhereCall>) =>
  fixture.assertRefused(more, 403, 'AccessDeniedException', 'Untrusted signing certificate');

describe('CreateSession gives credentials', () => {
  test('to a request as the signing helper of AWS sends it, and they work', async () => {
    const { assumedRoleUser, credentials, expiration, ...rest } = await fixture.session({
      body: { durationSeconds: 1800 },
    });
    const arn = `arn:aws:sts::${account}:assumed-role/worker/a1b2`;
    assert.equal(assumedRoleUser.arn, arn);
    assert.match(assumedRoleUser.assumedRoleId, /^AROA[A-Z2-7]{17}:a1b2$/);
    assert.deepEqual(
      { ...rest, packedPolicySize: 0 },
      { packedPolicySize: 0, roleArn, sourceIdentity: 'CN=web' },
    );
    const lives = Date.parse(expiration) - Date.now();
    assert.ok(lives > 1_795_000 && lives <= 1_800_000, `${lives}`);
    const identity = await fixture.service.sts(credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, arn);
  });

  test('to a request as the documentation has it, with the ARNs in the body', async () => {
    assert.equal((await fixture.session({ arnsInBody: true })).sourceIdentity, 'CN=web');
  });

  test('for RSA keys, other curves, and over a chain', async () => {
    const issuing = fixture.authority.issueAuthority({ keys: rsaKeys() });
    await fixture.session({ signer: fixture.authority.issue({ keys: rsaKeys() }) });
    await fixture.session({ signer: fixture.authority.issue({ keys: ecKeys('P-384') }) });
    await fixture.session({ signer: issuing.issue({ keys: rsaKeys(3072) }), chain: [issuing] });
  });

  test('for as long as the profile says, and no longer than the request asks', async () => {
    for (const [asked, seconds] of [
      [undefined, 3600],
      [900, 900],
      [7200, 3600],
    ] as const) {
      const { expiration } = await fixture.session({
        body: asked === undefined ? {} : { durationSeconds: asked },
      });
      const lives = Math.round((Date.parse(expiration) - Date.now()) / 1000);
      assert.ok(Math.abs(lives - seconds) < 5, `${asked}: ${lives}`);
    }
  });

  test('with what the certificate says in tags, which trust and identity policies see', async () => {
    const names = alternativeNames(
      dnsName('web.example.com'),
      uriName('spiffe://example.com/web'),
      directoryName([['CN', 'Web']]),
    );
    const signer = fixture.authority.issue({
      subject: [
        ['O', 'shop'],
        ['OU', 'a'],
        ['OU', 'b'],
        ['CN', 'web'],
      ],
      extensions: [keyUsage('digitalSignature'), names],
    });
    const tags = {
      'x509Subject/O': 'shop',
      'x509Subject/OU': 'a/b',
      'x509Subject/CN': 'web',
      'x509Issuer/C': 'SE',
      'x509Issuer/CN': 'Shop CA',
      'x509SAN/DNS': 'web.example.com',
      'x509SAN/URI': 'spiffe://example.com/web',
      'x509SAN/Name/CN': 'Web',
    };
    const keyed = (prefix: string) =>
      Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
    const account1 = { 'aws:SourceAccount': account, 'sts:SourceIdentity': 'CN=web' };
    await fixture.setTrust(
      fixture.trust({
        StringEquals: { ...keyed('aws:PrincipalTag'), ...keyed('aws:RequestTag'), ...account1 },
      }),
    );
    const { credentials } = await fixture.session({ signer });
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'rolesanywhere:ListProfiles',
          Resource: '*',
          Condition: { StringEquals: { ...keyed('aws:PrincipalTag'), 'aws:SourceIdentity': 'CN=web' } },
        },
      ],
    };
    await fixture.service.iam(fixture.service.root).send(
      new PutRolePolicyCommand({
        RoleName: 'worker',
        PolicyName: 'tags',
        PolicyDocument: JSON.stringify(policy),
      }),
    );
    const client = new RolesAnywhereClient({
      endpoint: fixture.service.endpoint,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
    const listed = await client.send(new ListProfilesCommand({}));
    assert.equal(listed.profiles?.length, 1);
    client.destroy();
  });

  test('bounded by the session policy of the profile', async () => {
    const limited = await fixture.manager.send(
      new CreateProfileCommand({
        name: 'limited',
        roleArns: [roleArn],
        enabled: true,
        sessionPolicy:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
        managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      }),
    );
    await fixture.service.iam(fixture.service.root).send(
      new PutRolePolicyCommand({
        RoleName: 'worker',
        PolicyName: 'all',
        PolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
      }),
    );
    const profileArn = limited.profile?.profileArn ?? '';
    const { credentials } = await fixture.session({ profileArn });
    await assert.rejects(
      fixture.service.iam(credentials).send(new DeleteRoleCommand({ RoleName: 'worker' })),
      {
        message: `User: arn:aws:sts::${account}:assumed-role/worker/a1b2 is not authorized to perform: iam:DeleteRole on resource: arn:aws:iam::${account}:role/worker because no session policy allows the iam:DeleteRole action`,
      },
    );
  });

  test('under the name that is asked for, where the profile takes one', async () => {
    await fixture.assertRefused(
      { body: { roleSessionName: 'mine' } },
      403,
      'AccessDeniedException',
      'Not authorized to set roleSessionName.',
    );
    await fixture.manager.send(new UpdateProfileCommand({ profileId: idOf(fixture.profile) }));
    const named = await fixture.manager.send(
      new CreateProfileCommand({ name: 'named', roleArns: [roleArn], enabled: true }),
    );
    const id = named.profile?.profileId ?? '';
    await fixture.service.house.identity.write(({ state, put }) => {
      const present = state.all('anywhere-profile').get(id);
      assert.ok(present);
      put('anywhere-profile', { ...present, acceptRoleSessionName: true, requireInstanceProperties: true });
    });
    const profileArn = named.profile?.profileArn ?? '';
    await fixture.assertRefused(
      { profileArn, body: { roleSessionName: 'mine' } },
      400,
      'ValidationException',
      'The profile requires instance properties.',
    );
    const instanceProperties = { host: 'rack-1' };
    const body = { roleSessionName: 'mine', instanceProperties };
    assert.match(
      (await fixture.session({ profileArn, body })).assumedRoleUser.arn,
      /:assumed-role\/worker\/mine$/,
    );
    assert.match(
      (await fixture.session({ profileArn, body: { instanceProperties } })).assumedRoleUser.arn,
      /\/a1b2$/,
    );
  });

  test('with a source identity as the rules of AWS have it', async () => {
    for (const [subject, identity] of [
      [[['CN', 'x'.repeat(61)]], `CN=${'x'.repeat(61)}`],
      [[['CN', 'x'.repeat(62)]], 'x'.repeat(62)],
      [[['CN', 'x'.repeat(64)]], 'x'.repeat(64)],
      [[['OU', 'only']], 'ID=0123'],
    ] as const) {
      assert.equal(
        (await fixture.session({ signer: fixture.authority.issue({ subject, serial: '0123' }) }))
          .sourceIdentity,
        identity,
      );
    }
    for (const cn of ['x'.repeat(65), 'a*b', 'a\0b']) {
      await unable({ signer: fixture.authority.issue({ subject: [['CN', cn]] }) });
    }
  });
});

describe('CreateSession gives no credentials', () => {
  test('of a role that the profile does not list, that is not there, or by a profile that is off, gone or another’s', async () => {
    const other = `arn:aws:iam::${account}:role/other`;
    await unable({ roleArn: other }, other);
    const foreign = 'arn:aws:iam::444455556666:role/worker';
    await unable({ roleArn: foreign }, foreign);
    await unable({ profileArn: absentOf(fixture.profile) });
    await unable({ profileArn: fixture.profile.replace(account, '444455556666') });
    await unable({ profileArn: fixture.profile.replace('us-east-1', 'eu-west-1') });
    const profileId = idOf(fixture.profile);
    await fixture.manager.send(new DisableProfileCommand({ profileId }));
    await unable({});
    await fixture.manager.send(new EnableProfileCommand({ profileId }));
    await fixture.manager.send(new UpdateProfileCommand({ profileId, roleArns: [roleArn, other] }));
    await unable({ roleArn: other }, other);
    await fixture.manager.send(new UpdateProfileCommand({ profileId, roleArns: [roleArn] }));
    await fixture.session();
  });

  test('of a role that trusts the service and stands in another profile', async () => {
    const iam = fixture.service.iam(fixture.service.root);
    const stranger = await iam.send(
      new CreateRoleCommand({ RoleName: 'stranger', AssumeRolePolicyDocument: fixture.trust() }),
    );
    const arn = stranger.Role?.Arn ?? '';
    await unable({ roleArn: arn }, arn);
    const made = await fixture.manager.send(
      new CreateProfileCommand({ name: 'strangers', roleArns: [arn], enabled: true }),
    );
    await fixture.session({ roleArn: arn, profileArn: made.profile?.profileArn ?? '' });
  });

  test('by a profile of another account or Region, though it lists the role', async () => {
    const { identity } = fixture.service.house;
    const present = identity.state.all('anywhere-profile').get(idOf(fixture.profile));
    assert.ok(present);
    const places = [
      { account: '444455556666' as AccountId, region: 'us-east-1' },
      { account: present.account, region: 'eu-west-1' },
    ];
    for (const [index, place] of places.entries()) {
      const id = `00000000-0000-4000-8000-00000000000${index}`;
      await identity.write(({ put }) => put('anywhere-profile', { ...present, ...place, id }));
      const profileArn = `arn:aws:rolesanywhere:${place.region}:${place.account}:profile/${id}`;
      await unable({ profileArn });
    }
  });

  test('of a role of another account, though the profile came to list it', async () => {
    const foreign = 'arn:aws:iam::444455556666:role/worker';
    const { identity } = fixture.service.house;
    const worker = identity.state.all('role').named(account, 'worker');
    const present = identity.state.all('anywhere-profile').get(idOf(fixture.profile));
    assert.ok(worker && present);
    await addAccount(fixture.service, '444455556666');
    await identity.write(({ put }) => {
      put('role', {
        ...worker,
        id: createUniqueId('AROA', randomBytes),
        account: '444455556666' as AccountId,
      });
      put('anywhere-profile', { ...present, roleArns: [foreign, roleArn] });
    });
    await unable({ roleArn: foreign }, foreign);
    await fixture.session();
  });

  test('of a role whose trust policy does not allow each of the three actions, or not this certificate', async () => {
    for (const missing of trustedActions) {
      await fixture.setTrust(
        fixture.trust(
          {},
          trustedActions.filter((action) => action !== missing),
        ),
      );
      await unable({});
    }
    await fixture.setTrust(fixture.trust({ StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'other' } }));
    await unable({});
    await fixture.setTrust(fixture.trust().replace(fixture.anchor, absentOf(fixture.anchor)));
    await unable({});
    await fixture.setTrust(fixture.trust().replace('rolesanywhere.amazonaws.com', 'ec2.amazonaws.com'));
    await unable({});
  });

  test('for longer than the role allows', async () => {
    const long = await fixture.manager.send(
      new CreateProfileCommand({ name: 'long', roleArns: [roleArn], enabled: true, durationSeconds: 43_200 }),
    );
    const profileArn = long.profile?.profileArn ?? '';
    await fixture.assertRefused(
      { profileArn },
      400,
      'ValidationException',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    await fixture.session({ profileArn, body: { durationSeconds: 7200 } });
  });

  test('for input that breaks the rules', async () => {
    const { status, body, errorType } = await fixture.call({ body: { durationSeconds: 899 } });
    assert.deepEqual([status, errorType], [400, 'ValidationException']);
    assert.equal(
      body.message,
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    );
    await fixture.assertRefused(
      { body: { profileArn: absentOf(fixture.profile) } },
      400,
      'SerializationException',
      'profileArn is given twice, with two values.',
    );
    await fixture.assertRefused(
      { body: { roleSessionName: 'x' } },
      400,
      'ValidationException',
      "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    );
  });
});

describe('what is known of sessions afterwards', () => {
  test('is who the subjects are, by which certificates, without a write for every session', async () => {
    const subject = [
      ['OU', 'audit'],
      ['CN', 'seen'],
    ] as const;
    const [first, second] = [
      fixture.authority.issue({ subject, serial: '0c01' }),
      fixture.authority.issue({ subject, serial: '0c02' }),
    ];
    const body = { instanceProperties: { host: 'rack-1' } };
    const { body: answer } = await fixture.call({ signer: first, body });
    const before = fixture.service.house.identity.sequence;
    await fixture.session({ signer: first, body });
    assert.equal(fixture.service.house.identity.sequence, before);
    await fixture.session({ signer: second });
    const subjectId = idOf(String(answer.subjectArn));
    const { subject: seen } = await fixture.manager.send(new GetSubjectCommand({ subjectId }));
    assert.deepEqual(
      [seen?.subjectArn, seen?.x509Subject, seen?.enabled],
      [answer.subjectArn, 'CN=seen,OU=audit', true],
    );
    assert.deepEqual(
      seen?.credentials?.map(({ serialNumber, issuer, x509CertificateData }) => [
        serialNumber,
        issuer,
        x509CertificateData,
      ]),
      [
        ['0c02', 'CN=Shop CA,C=SE', second.pem],
        ['0c01', 'CN=Shop CA,C=SE', first.pem],
      ],
    );
    assert.deepEqual(
      seen?.instanceProperties?.map(({ properties }) => properties),
      [{ host: 'rack-1' }],
    );
    const { subjects } = await fixture.manager.send(new ListSubjectsCommand({}));
    assert.ok(subjects?.some((one) => one.subjectArn === answer.subjectArn));
    fixture.service.clockAheadMs = 3_600_000;
    await fixture.session({ signer: first, body, at: fixture.service.now() });
    fixture.service.clockAheadMs = 0;
    assert.notEqual(fixture.service.house.identity.sequence, before);
  });

  test('is a record of CreateSession and one of AssumeRole by the service, without secrets', async () => {
    const signer = fixture.authority.issue({ serial: '0d01' });
    const { credentials } = await fixture.session({ signer });
    await unable({ signer, roleArn: roleArn.replace('worker', 'other') }, roleArn.replace('worker', 'other'));
    await untrusted({ trustAnchorArn: absentOf(fixture.anchor) });
    await fixture.session();
    const directory = join(fixture.service.dataDirectory, 'audit');
    const files = await Promise.all(
      (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
    );
    const text = files.join('\n');
    assert.equal(text.includes(credentials.secretAccessKey), false);
    assert.equal(text.includes(credentials.sessionToken ?? ''), false);
    const records = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, never>>)
      .filter(({ phase }) => phase === 'outcome');
    const cert = signer.der.toString('base64');
    const own = records.filter(
      ({ requestParameters }) => (requestParameters as unknown as { cert?: string } | null)?.cert === cert,
    );
    const [granted, refused] = own as unknown as readonly Readonly<Record<string, unknown>>[];
    assert.equal(own.length, 2);
    assert.deepEqual(
      [granted?.eventSource, granted?.eventName, granted?.recipientAccountId, granted?.readOnly],
      ['rolesanywhere.amazonaws.com', 'CreateSession', account, false],
    );
    assert.deepEqual(granted?.requestParameters, {
      cert,
      profileArn: fixture.profile,
      roleArn,
      trustAnchorArn: fixture.anchor,
    });
    const identity = granted?.userIdentity as { readonly principalId: string };
    assert.match(identity.principalId, new RegExp(`^arn:aws:rolesanywhere:us-east-1:${account}:subject/`));
    assert.deepEqual([refused?.errorCode, refused?.recipientAccountId], ['AccessDeniedException', account]);
    const assumed = records.find(
      ({ eventName, responseElements }) =>
        eventName === 'AssumeRole' && JSON.stringify(responseElements).includes(credentials.accessKeyId),
    ) as unknown as Readonly<Record<string, unknown>>;
    assert.deepEqual(assumed.userIdentity, { type: 'AWSService', invokedBy: 'rolesanywhere.amazonaws.com' });
    // Nobody has proven to be of an account: the account is not to be filled with what strangers send.
    const unknown = records.filter(
      ({ eventName, recipientAccountId }) =>
        eventName === 'CreateSession' && recipientAccountId === undefined,
    );
    assert.ok(unknown.length > 0);
  });
});
