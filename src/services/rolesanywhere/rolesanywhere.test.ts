import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { basicConstraints, createTestAuthority, keyUsage, rsaKeys } from '../../../test/x509-writer.ts';
import { rolesanywhere } from './index.ts';

type Answer = Readonly<Record<string, unknown>>;

const authority = createTestAuthority();
const account = '111122223333';
const role = `arn:aws:iam::${account}:role/worker`;
const absent = '11111111-2222-4333-8444-555555555555';

let fixture: ServiceFixture;

beforeEach(async () => {
  fixture = await openServiceFixture();
  // The lists of the authority are made by the clock of the machine.
  fixture.now = Date.now();
});

async function call(
  name: Exclude<keyof typeof rolesanywhere, 'CreateSession'>,
  input: object = {},
): Promise<Answer> {
  return await fixture.call(rolesanywhere[name], input);
}

function bundle(...pems: readonly string[]): object {
  return { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: pems.join('') } };
}

async function addAnchor(
  more: object = {},
): Promise<{ readonly trustAnchorId: string; readonly trustAnchorArn: string }> {
  const { trustAnchor } = await call('CreateTrustAnchor', {
    name: 'ca',
    source: bundle(authority.pem),
    ...more,
  });
  return trustAnchor as never;
}

async function addProfile(
  more: object = {},
): Promise<{ readonly profileId: string; readonly profileArn: string }> {
  const { profile } = await call('CreateProfile', { name: 'workers', roleArns: [role], ...more });
  return profile as never;
}

function invalid(message: string): object {
  return { code: 'ValidationError', message };
}

function notFound(what: string): object {
  return { code: 'ResourceNotFoundException', message: `${what} ${absent} cannot be found.` };
}

describe('trust anchors', () => {
  test('are made, shown, changed, switched and deleted', async () => {
    const made = await addAnchor({ tags: [{ key: 'team', value: 'blue' }] });
    const id = { trustAnchorId: made.trustAnchorId };
    assert.equal(
      made.trustAnchorArn,
      `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/${made.trustAnchorId}`,
    );
    assert.deepEqual(await call('GetTrustAnchor', id), { trustAnchor: made });
    const source = bundle(authority.pem, createTestAuthority({ keys: rsaKeys() }).pem);
    const changed = { ...made, name: 'two', source, updatedAt: fixture.now };
    assert.deepEqual(await call('UpdateTrustAnchor', { ...id, name: 'two', source }), {
      trustAnchor: changed,
    });
    assert.deepEqual(await call('EnableTrustAnchor', id), { trustAnchor: { ...changed, enabled: true } });
    assert.deepEqual(await call('DisableTrustAnchor', id), { trustAnchor: changed });
    assert.deepEqual(await call('ListTrustAnchors'), { trustAnchors: [changed] });
    assert.deepEqual(await call('DeleteTrustAnchor', id), { trustAnchor: changed });
    assert.deepEqual(await call('ListTrustAnchors'), { trustAnchors: [] });
  });

  test('are off until somebody says that they are to be on', async () => {
    assert.equal(((await addAnchor()) as unknown as Answer).enabled, false);
    assert.equal(((await addAnchor({ enabled: true })) as unknown as Answer).enabled, true);
  });

  const refused: Readonly<Record<string, readonly [source: object, error: object]>> = {
    'no type': [{}, invalid('The source must have a sourceType.')],
    'an authority of AWS': [
      {
        sourceType: 'AWS_ACM_PCA',
        sourceData: { acmPcaArn: 'arn:aws:acm-pca:us-east-1:1:certificate-authority/1' },
      },
      { code: 'UnsupportedOperation', message: 'Brevet does not support trust anchors of type AWS_ACM_PCA.' },
    ],
    'certificates that vouch for themselves': [
      { sourceType: 'SELF_SIGNED_REPOSITORY' },
      {
        code: 'UnsupportedOperation',
        message: 'Brevet does not support trust anchors of type SELF_SIGNED_REPOSITORY.',
      },
    ],
    'no certificate': [
      { sourceType: 'CERTIFICATE_BUNDLE' },
      invalid('A source of type CERTIFICATE_BUNDLE must have x509CertificateData and nothing else.'),
    ],
    'text that is no certificate': [bundle('-----'), invalid('The text is not PEM of CERTIFICATE.')],
    'three certificates': [
      bundle(authority.pem, authority.pem, authority.pem),
      invalid('A trust anchor can have up to 2 certificates.'),
    ],
    'a certificate of no authority': [
      bundle(authority.issue().pem),
      invalid('Incorrect basic constraints for CA certificate'),
    ],
    'an authority that may not sign': [
      bundle(createTestAuthority({ extensions: [basicConstraints(true), keyUsage('crlSign')] }).pem),
      invalid('The key usage does not include certificate signing.'),
    ],
  };
  for (const [what, [source, error]] of Object.entries(refused)) {
    test(`are not made of ${what}`, async () => {
      await assert.rejects(call('CreateTrustAnchor', { name: 'ca', source }), error);
      const { trustAnchorId } = await addAnchor();
      await assert.rejects(call('UpdateTrustAnchor', { trustAnchorId, source }), error);
    });
  }

  test('are as many as the quota in each Region', async () => {
    for (let count = 0; count < 50; count++) await addAnchor();
    await assert.rejects(
      addAnchor(),
      invalid('The account has the 50 resources of type trust-anchor that it may have in the Region.'),
    );
    fixture.region = 'eu-west-1';
    await addAnchor();
  });

  test('are not known to another account or in another Region', async () => {
    const { trustAnchorId } = await addAnchor();
    const other = {
      kind: 'root',
      account: await fixture.addAccount('444455556666', 'other'),
      accessKeyId: 'AKIA',
    } as const;
    const error = {
      code: 'ResourceNotFoundException',
      message: `Trust anchor ${trustAnchorId} cannot be found.`,
    };
    await assert.rejects(fixture.call(rolesanywhere.GetTrustAnchor, { trustAnchorId }, other), error);
    await assert.rejects(fixture.call(rolesanywhere.DeleteTrustAnchor, { trustAnchorId }, other), error);
    assert.deepEqual(await fixture.call(rolesanywhere.ListTrustAnchors, {}, other), { trustAnchors: [] });
    fixture.region = 'eu-west-1';
    await assert.rejects(call('UpdateTrustAnchor', { trustAnchorId, name: 'x' }), error);
  });

  test('that are not there are not found', async () => {
    for (const name of [
      'GetTrustAnchor',
      'EnableTrustAnchor',
      'DisableTrustAnchor',
      'DeleteTrustAnchor',
      'UpdateTrustAnchor',
    ] as const) {
      await assert.rejects(call(name, { trustAnchorId: absent }), notFound('Trust anchor'), name);
    }
  });

  test('have notification settings, the defaults until others are put', async () => {
    const ownSetting = { event: 'CA_CERTIFICATE_EXPIRY', enabled: true, threshold: 10 };
    const made = (await addAnchor()) as unknown as {
      trustAnchorId: string;
      notificationSettings: readonly object[];
    };
    const byDefault = {
      enabled: true,
      threshold: 45,
      channel: 'ALL',
      configuredBy: 'rolesanywhere.amazonaws.com',
    };
    const [first, second] = ['CA_CERTIFICATE_EXPIRY', 'END_ENTITY_CERTIFICATE_EXPIRY'].map((event) => ({
      event,
      ...byDefault,
    }));
    assert.deepEqual(made.notificationSettings, [first, second]);
    const { trustAnchorId } = made;
    const put = await call('PutNotificationSettings', { trustAnchorId, notificationSettings: [ownSetting] });
    const own = { ...ownSetting, channel: 'ALL', configuredBy: account };
    assert.deepEqual((put.trustAnchor as Answer).notificationSettings, [own, second]);
    const notificationSettings = [{ event: 'END_ENTITY_CERTIFICATE_EXPIRY', enabled: false }];
    const off = { ...notificationSettings[0], channel: 'ALL', configuredBy: account };
    const both = await call('PutNotificationSettings', { trustAnchorId, notificationSettings });
    assert.deepEqual((both.trustAnchor as Answer).notificationSettings, [own, off]);
    const reset = await call('ResetNotificationSettings', {
      trustAnchorId,
      notificationSettingKeys: [{ event: 'CA_CERTIFICATE_EXPIRY' }],
    });
    assert.deepEqual((reset.trustAnchor as Answer).notificationSettings, [first, off]);
    for (const [settings, message] of [
      [
        [{ event: 'CA_CERTIFICATE_EXPIRY', enabled: true }],
        'A notification setting that is enabled must have a threshold.',
      ],
      [[ownSetting, ownSetting], 'There can be one notification setting for an event and channel.'],
    ] as const) {
      await assert.rejects(
        call('PutNotificationSettings', { trustAnchorId, notificationSettings: settings }),
        invalid(message),
      );
    }
  });
});

describe('profiles', () => {
  test('are made, shown, changed, switched and deleted', async () => {
    const made = await addProfile({
      sessionPolicy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
    });
    const id = { profileId: made.profileId };
    const star = [{ specifier: '*' }];
    const shown = {
      profileId: made.profileId,
      profileArn: `arn:aws:rolesanywhere:us-east-1:${account}:profile/${made.profileId}`,
      name: 'workers',
      requireInstanceProperties: false,
      enabled: false,
      createdBy: `arn:aws:iam::${account}:root`,
      sessionPolicy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
      roleArns: [role],
      managedPolicyArns: [],
      createdAt: fixture.now,
      updatedAt: fixture.now,
      durationSeconds: 3600,
      acceptRoleSessionName: false,
      attributeMappings: [
        { certificateField: 'x509Issuer', mappingRules: star },
        {
          certificateField: 'x509SAN',
          mappingRules: [{ specifier: 'DNS' }, { specifier: 'URI' }, { specifier: 'Name/*' }],
        },
        { certificateField: 'x509Subject', mappingRules: star },
      ],
    };
    assert.deepEqual(made, shown);
    const change = {
      name: 'x',
      roleArns: [],
      managedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      durationSeconds: 900,
      acceptRoleSessionName: true,
    };
    const changed = { ...shown, ...change };
    assert.deepEqual(await call('UpdateProfile', { ...id, ...change }), { profile: changed });
    assert.deepEqual(await call('EnableProfile', id), { profile: { ...changed, enabled: true } });
    assert.deepEqual(await call('DisableProfile', id), { profile: changed });
    assert.deepEqual(await call('GetProfile', id), { profile: changed });
    assert.deepEqual(await call('ListProfiles'), { profiles: [changed] });
    assert.deepEqual(await call('DeleteProfile', id), { profile: changed });
    await assert.rejects(call('GetProfile', { profileId: absent }), notFound('Profile'));
  });

  test('need that each of their roles is the caller’s to pass to the service', () => {
    const pass = {
      action: 'iam:PassRole',
      resource: role,
      context: { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' },
    };
    const asked = (name: 'CreateProfile' | 'UpdateProfile', input: object) =>
      fixture
        .questions(rolesanywhere[name], input)
        .map(({ action, resource, context }) => ({ action, resource, context }));
    assert.deepEqual(asked('CreateProfile', { name: 'x', roleArns: [role] }), [
      { action: 'rolesanywhere:CreateProfile', resource: '*', context: {} },
      pass,
    ]);
    assert.deepEqual(asked('UpdateProfile', { profileId: absent, roleArns: [role] }).slice(1), [pass]);
    assert.deepEqual(asked('UpdateProfile', { profileId: absent }).slice(1), []);
  });

  const other = 'arn:aws:iam::444455556666:role/worker';
  for (const [what, more, message] of [
    [
      'a role of another account',
      { roleArns: [other] },
      `${other} is not the ARN of a role of account ${account}.`,
    ],
    ['a role twice', { roleArns: [role, role] }, 'Role ARNs must be unique.'],
  ] as const) {
    test(`do not take ${what}`, async () => {
      await assert.rejects(addProfile(more), invalid(message));
      const { profileId } = await addProfile();
      await assert.rejects(call('UpdateProfile', { profileId, ...more }), invalid(message));
    });
  }

  test('do not take a session policy that is none', async () => {
    await assert.rejects(addProfile({ sessionPolicy: '{' }), {
      code: 'ValidationError',
      message: /^The session policy is not valid: /,
    });
  });

  test('say which parts of certificates become tags', async () => {
    const { profileId } = await addProfile();
    const put = (certificateField: string, ...specifiers: readonly string[]) =>
      call('PutAttributeMapping', {
        profileId,
        certificateField,
        mappingRules: specifiers.map((specifier) => ({ specifier })),
      });
    const mappingsOf = (answer: Answer) =>
      Object.fromEntries(
        (
          (answer.profile as Answer).attributeMappings as readonly {
            certificateField: string;
            mappingRules: readonly { specifier: string }[];
          }[]
        ).map(({ certificateField, mappingRules }) => [
          certificateField,
          mappingRules.map(({ specifier }) => specifier),
        ]),
      );
    assert.deepEqual(mappingsOf(await put('x509Subject', 'CN', '2.5.4.97')).x509Subject, ['CN', '2.5.4.97']);
    assert.deepEqual(mappingsOf(await put('x509SAN', 'Name', 'DNS')).x509SAN, ['Name/*', 'DNS']);
    assert.deepEqual(mappingsOf(await put('x509SAN', 'Name/OU')).x509SAN, ['Name/OU']);
    for (const [field, specifier] of [
      ['x509Subject', 'DNS'],
      ['x509Subject', ''],
      ['x509Issuer', 'Name/CN'],
      ['x509SAN', 'CN'],
      ['x509SAN', '*'],
      ['x509SAN', 'URI/*'],
      ['x509Subject', '3.1'],
    ] as const) {
      await assert.rejects(
        put(field, specifier),
        invalid(`The specifier ${specifier} is not valid for ${field}.`),
      );
    }
    await assert.rejects(put('x509Subject', 'CN', 'CN'), invalid('Mapping rules must be unique.'));
    await assert.rejects(put('x509Subject'), invalid('There must be at least one mapping rule.'));

    const remove = (certificateField: string, specifiers?: readonly string[]) =>
      call('DeleteAttributeMapping', { profileId, certificateField, specifiers });
    assert.deepEqual(mappingsOf(await remove('x509Subject', ['CN'])).x509Subject, ['2.5.4.97']);
    assert.equal('x509Issuer' in mappingsOf(await remove('x509Issuer')), false);
    await assert.rejects(
      remove('x509Subject', ['CN']),
      invalid('The mapping rules of x509Subject do not include CN.'),
    );
  });
});

describe('revocation lists', () => {
  const data = (pem: string) => Buffer.from(pem);

  test('are taken in, shown, changed, switched and deleted, and go with their trust anchor', async () => {
    const { trustAnchorArn, trustAnchorId } = await addAnchor();
    const { crl } = await call('ImportCrl', { name: 'l', crlData: data(authority.revoke()), trustAnchorArn });
    const shown = crl as Answer;
    const id = { crlId: shown.crlId };
    assert.equal(shown.crlArn, `arn:aws:rolesanywhere:us-east-1:${account}:crl/${shown.crlId}`);
    assert.deepEqual([shown.trustAnchorArn, shown.enabled], [trustAnchorArn, false]);
    assert.deepEqual(await call('GetCrl', id), { crl });
    const next = authority.revoke({ serials: ['01'] });
    const changed = { ...shown, name: 'm', crlData: data(next) };
    assert.deepEqual(await call('UpdateCrl', { ...id, name: 'm', crlData: data(next) }), { crl: changed });
    assert.deepEqual(await call('EnableCrl', id), { crl: { ...changed, enabled: true } });
    assert.deepEqual(await call('DisableCrl', id), { crl: changed });
    assert.deepEqual(await call('ListCrls'), { crls: [changed] });
    assert.deepEqual(await call('DeleteCrl', id), { crl: changed });
    await assert.rejects(call('GetCrl', { crlId: absent }), notFound('Certificate revocation list'));
    await call('ImportCrl', { name: 'l', crlData: data(next), trustAnchorArn });
    await call('DeleteTrustAnchor', { trustAnchorId });
    assert.deepEqual(await call('ListCrls'), { crls: [] });
  });

  const foreign =
    'The list is not signed by a certificate authority of the trust anchor that may sign lists.';
  const refused: Readonly<Record<string, readonly [list: () => Uint8Array, message: string]>> = {
    'bytes that are no text': [() => Buffer.of(255), 'The list is not PEM.'],
    'a certificate': [() => data(authority.pem), 'The text is not PEM of X509 CRL.'],
    'two lists': [() => data(authority.revoke() + authority.revoke()), 'There must be one list.'],
    'a list of another authority of the same name': [() => data(createTestAuthority().revoke()), foreign],
    'a list that is over': [
      () => data(authority.revoke({ nextUpdate: Date.now() - 1000 })),
      'The list is not current.',
    ],
  };
  for (const [what, [list, message]] of Object.entries(refused)) {
    test(`do not take ${what}`, async () => {
      const { trustAnchorArn } = await addAnchor();
      await assert.rejects(
        call('ImportCrl', { name: 'l', crlData: list(), trustAnchorArn }),
        invalid(message),
      );
      const { crl } = await call('ImportCrl', {
        name: 'l',
        crlData: data(authority.revoke()),
        trustAnchorArn,
      });
      await assert.rejects(
        call('UpdateCrl', { crlId: (crl as Answer).crlId, crlData: list() }),
        invalid(message),
      );
    });
  }

  test('are for a trust anchor of the account in the Region, two for each', async () => {
    const { trustAnchorArn } = await addAnchor();
    const input = (arn: string) => ({ name: 'l', crlData: data(authority.revoke()), trustAnchorArn: arn });
    for (const arn of [
      trustAnchorArn.replace(account, '444455556666'),
      trustAnchorArn.replace('us-east-1', 'eu-west-1'),
      trustAnchorArn.replace('trust-anchor', 'profile'),
      trustAnchorArn.slice(0, -36) + absent,
    ]) {
      await assert.rejects(
        call('ImportCrl', input(arn)),
        invalid(`${arn} is not the ARN of a trust anchor of the account in this Region.`),
      );
    }
    await call('ImportCrl', input(trustAnchorArn));
    await call('ImportCrl', input(trustAnchorArn));
    await assert.rejects(
      call('ImportCrl', input(trustAnchorArn)),
      invalid('A trust anchor can have up to 2 certificate revocation lists.'),
    );
  });
});

describe('tags', () => {
  test('are put on, shown and taken off, with their keys as conditions', async () => {
    const { profileArn: resourceArn } = await addProfile({ tags: [{ key: 'a', value: '1' }] });
    await call('TagResource', {
      resourceArn,
      tags: [
        { key: 'b', value: '2' },
        { key: 'a', value: '3' },
      ],
    });
    assert.deepEqual(await call('ListTagsForResource', { resourceArn }), {
      tags: [
        { key: 'a', value: '3' },
        { key: 'b', value: '2' },
      ],
    });
    const [question] = fixture.questions(rolesanywhere.UntagResource, { resourceArn, tagKeys: ['a'] });
    assert.deepEqual(question, {
      action: 'rolesanywhere:UntagResource',
      resource: resourceArn,
      resourceAccount: account,
      resourceTags: [
        { key: 'a', value: '3' },
        { key: 'b', value: '2' },
      ],
      context: { 'aws:TagKeys': ['a'] },
    });
    await call('UntagResource', { resourceArn, tagKeys: ['a', 'c'] });
    assert.deepEqual(await call('ListTagsForResource', { resourceArn }), {
      tags: [{ key: 'b', value: '2' }],
    });
  });

  test('on a new resource need a permission of their own', () => {
    const tags = [{ key: 'a', value: '1' }];
    const context = { 'aws:RequestTag/a': '1', 'aws:TagKeys': ['a'] };
    for (const name of ['CreateTrustAnchor', 'ImportCrl'] as const) {
      assert.deepEqual(fixture.questions(rolesanywhere[name], { tags }), [
        { action: `rolesanywhere:${name}`, resource: '*', context },
        { action: 'rolesanywhere:TagResource', resource: '*', context },
      ]);
    }
  });

  test('are refused where they cannot be', async () => {
    const { profileArn: resourceArn } = await addProfile();
    const tag = (tags: readonly object[]) => call('TagResource', { resourceArn, tags });
    await assert.rejects(
      tag([
        { key: 'a', value: '' },
        { key: 'a', value: '' },
      ]),
      invalid('Tag keys must be unique.'),
    );
    await assert.rejects(tag([{ key: 'AWS:a', value: '' }]), invalid('Tag keys must not begin with aws:.'));
    await tag(Array.from({ length: 200 }, (_, index) => ({ key: `k${index}`, value: '' })));
    await assert.rejects(tag([{ key: 'one more', value: '' }]), {
      code: 'TooManyTagsException',
      message: 'A resource can have up to 200 tags.',
    });
    for (const arn of [
      'sweep',
      resourceArn.replace(account, '444455556666'),
      resourceArn.replace('us-east-1', 'eu-west-1'),
      `${resourceArn}/`,
    ]) {
      const error = invalid(`${arn} is not the ARN of a resource of the account in this Region.`);
      await assert.rejects(call('ListTagsForResource', { resourceArn: arn }), error);
      await assert.rejects(call('TagResource', { resourceArn: arn, tags: [] }), error);
      await assert.rejects(call('UntagResource', { resourceArn: arn, tagKeys: [] }), error);
    }
  });
});

describe('lists', () => {
  test('come in pages, which go on where the last one ended', async () => {
    for (let count = 0; count < 5; count++) await addProfile();
    const seen: string[] = [];
    let token: { readonly nextToken?: string } = {};
    do {
      const answer = await call('ListProfiles', { pageSize: 2, ...token });
      seen.push(...(answer.profiles as readonly { profileId: string }[]).map(({ profileId }) => profileId));
      token = answer.nextToken === undefined ? {} : { nextToken: answer.nextToken as string };
    } while (token.nextToken !== undefined);
    assert.equal(new Set(seen).size, 5);
  });

  test('refuse pages of nothing and tokens of others', async () => {
    await assert.rejects(call('ListCrls', { pageSize: 0 }), invalid('pageSize must be at least 1.'));
    await assert.rejects(call('ListSubjects', { nextToken: 'x' }), invalid('nextToken is not valid.'));
  });
});
