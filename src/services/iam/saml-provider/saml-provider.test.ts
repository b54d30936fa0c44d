import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, test } from 'node:test';
import { iam } from '#services/iam';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { createSamlIssuer, samlMetadata } from '../../../../test/saml-issuer.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';

const arn = 'arn:aws:iam::111122223333:saml-provider/Idp';
const absent = 'arn:aws:iam::111122223333:saml-provider/none';
const issuer = createSamlIssuer();
const notFound = isFault('NoSuchEntity', `Manifest not found for arn ${absent}`);

let fixture: ServiceFixture;
before(async () => {
  fixture = await openServiceFixture();
  await create('Idp', { Tags: [{ Key: 'Team', Value: 'blue' }] });
});

function create(Name: string, more: object = {}): Promise<never> {
  return fixture.call(iam.CreateSAMLProvider, { Name, SAMLMetadataDocument: issuer.metadata, ...more });
}

async function get(SAMLProviderArn = arn): Promise<IamTypes.GetSAMLProviderResponse> {
  return await fixture.call(iam.GetSAMLProvider, { SAMLProviderArn });
}

function pemOf(bits: number, more: object = {}): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...more }).toString();
}

test('a provider is created, described with the metadata as it was given, listed and counted', async () => {
  const described = await get();
  assert.match(described.SAMLProviderUUID ?? '', /^SAMLSP[A-Z2-7]{24}$/);
  assert.deepEqual(
    { ...described, SAMLProviderUUID: undefined },
    {
      SAMLProviderUUID: undefined,
      SAMLMetadataDocument: issuer.metadata,
      CreateDate: fixture.now,
      ValidUntil: fixture.now + 100 * 365 * 86_400_000,
      Tags: [{ Key: 'Team', Value: 'blue' }],
    },
  );
  const listed: IamTypes.ListSAMLProvidersResponse = await fixture.call(iam.ListSAMLProviders, {});
  assert.deepEqual(listed.SAMLProviderList, [
    { Arn: arn, ValidUntil: described.ValidUntil, CreateDate: fixture.now },
  ]);
  const summary: IamTypes.GetAccountSummaryResponse = await fixture.call(iam.GetAccountSummary, {});
  assert.equal(summary.SummaryMap?.Providers, 1);
});

test('creating asks about the ARN to be, and about tagging it when there are tags', () => {
  const input = { Name: 'Other', SAMLMetadataDocument: issuer.metadata };
  const resource = 'arn:aws:iam::111122223333:saml-provider/Other';
  assert.deepEqual(fixture.questions(iam.CreateSAMLProvider, input), [
    { action: 'iam:CreateSAMLProvider', resource, context: {} },
  ]);
  const context = { 'aws:RequestTag/Team': 'blue', 'aws:TagKeys': ['Team'] };
  assert.deepEqual(
    fixture.questions(iam.CreateSAMLProvider, { ...input, Tags: [{ Key: 'Team', Value: 'blue' }] }),
    [
      { action: 'iam:CreateSAMLProvider', resource, context },
      { action: 'iam:TagSAMLProvider', resource, context },
    ],
  );
});

test('each operation asks about the provider and its tags, and about one that is not there by its ARN', () => {
  for (const operation of [iam.GetSAMLProvider, iam.UpdateSAMLProvider, iam.DeleteSAMLProvider]) {
    const action = `iam:${operation.model.name}`;
    assert.deepEqual(fixture.questions(operation, { SAMLProviderArn: arn }), [
      { action, resource: arn, resourceTags: [{ key: 'Team', value: 'blue' }] },
    ]);
    assert.deepEqual(fixture.questions(operation, { SAMLProviderArn: absent }), [
      { action, resource: absent },
    ]);
  }
});

test('what is not there, or is another account’s, is found by no operation', async () => {
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' } as const;
  for (const operation of [iam.GetSAMLProvider, iam.UpdateSAMLProvider, iam.DeleteSAMLProvider]) {
    await assert.rejects(fixture.call(operation, { SAMLProviderArn: absent }), notFound);
    await assert.rejects(
      fixture.call(operation, { SAMLProviderArn: arn }, stranger),
      isFault('NoSuchEntity', `Manifest not found for arn ${arn}`),
    );
  }
  const listed: IamTypes.ListSAMLProvidersResponse = await fixture.call(iam.ListSAMLProviders, {}, stranger);
  assert.deepEqual(listed.SAMLProviderList, []);
});

test('an ARN that can be no provider’s is refused', async () => {
  for (const SAMLProviderArn of [
    'arn:aws:iam::111122223333:oidc-provider/Idp',
    'arn:aws:iam::111122223333:saml-provider/',
    'arn:aws:sts::111122223333:saml-provider/Idp',
    'saml-provider/Idp-and-some-more',
  ]) {
    await assert.rejects(
      fixture.call(iam.GetSAMLProvider, { SAMLProviderArn }),
      isFault('InvalidInput', `Invalid ARN: ${SAMLProviderArn}`),
    );
  }
});

test('a name is taken once in an account, whatever its case', async () => {
  for (const name of ['Idp', 'idp']) {
    await assert.rejects(
      create(name),
      isFault('EntityAlreadyExists', `Provider with name ${name} already exists.`),
    );
  }
});

const unreadable = isFault('InvalidInput', 'Could not parse metadata');
const { metadata, certificate, entityId } = issuer;
const refused: Readonly<Record<string, string>> = {
  'no XML': 'a'.repeat(1000),
  'a byte order mark': `\ufeff${metadata}`,
  'a document type': metadata.replace('<!-- of a test -->', '<!DOCTYPE a [<!ENTITY b "c">]>'),
  'more elements than anybody has': metadata.replace(
    '</md:EntityDescriptor>',
    `${'<md:x/>'.repeat(40_000)}</md:EntityDescriptor>`,
  ),
  'a processing instruction': metadata.replace('<!-- of a test -->', '<?xml-stylesheet href="a"?>'),
  'no entityID': metadata.replace('entityID=', 'entityId='),
  'an empty entityID': metadata.replace(entityId, ''),
  'a service provider': metadata.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
  'another protocol': metadata.replace(
    /protocolSupportEnumeration="[^"]*"/,
    'protocolSupportEnumeration="urn:x"',
  ),
  'several providers': `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${metadata.slice(metadata.indexOf('<md:'))}</md:EntitiesDescriptor>`,
  'another namespace': metadata.replaceAll('SAML:2.0:metadata', 'SAML:1.0:metadata'),
  'no certificate': samlMetadata(entityId, []),
  'a certificate of encryption only': metadata.replace('use="signing"', 'use="encryption"'),
  'a certificate that is none': metadata.replace(certificate, 'AAAA'),
  'a certificate that is no base64': metadata.replace(certificate, `${certificate}!`),
  'a key of 512 bits': createSamlIssuer(entityId, { bits: 512 }).metadata,
  'a validUntil that is none': metadata.replace('entityID=', 'validUntil="tomorrow" entityID='),
};
for (const [what, text] of Object.entries(refused)) {
  test(`metadata with ${what} is refused`, async () => {
    await assert.rejects(create('Refused', { SAMLMetadataDocument: text }), unreadable);
    await assert.rejects(
      fixture.call(iam.UpdateSAMLProvider, { SAMLProviderArn: arn, SAMLMetadataDocument: text }),
      unreadable,
    );
  });
}

test('metadata with a certificate that has an extension twice is refused', async () => {
  const twice = createSamlIssuer(entityId, { repeatsExtension: true });
  await assert.rejects(create('Twice', { SAMLMetadataDocument: twice.metadata }), unreadable);
});

test('metadata may be over by now, and says until when it is valid', async () => {
  const text = samlMetadata(entityId, [certificate], ' validUntil="2020-01-02T03:04:05Z"');
  await create('Expired', { SAMLMetadataDocument: text });
  assert.equal(
    (await get('arn:aws:iam::111122223333:saml-provider/Expired')).ValidUntil,
    Date.UTC(2020, 0, 2, 3, 4, 5),
  );
});

test('a key of 1024 bits is enough, one without a use signs, and ten are not too many', async () => {
  const certificates = Array.from(
    { length: 11 },
    () => createSamlIssuer(entityId, { bits: 1024 }).certificate,
  );
  const text = samlMetadata(entityId, certificates.slice(1)).replaceAll(' use="signing"', '');
  await create('Ten', { SAMLMetadataDocument: text });
  await create('Same', { SAMLMetadataDocument: samlMetadata(entityId, Array(12).fill(certificate)) });
  await assert.rejects(
    create('Eleven', { SAMLMetadataDocument: samlMetadata(entityId, certificates) }),
    isFault('LimitExceeded', 'Cannot exceed quota for KeysPerSAMLProvider: 10'),
  );
});

test('private keys are kept sealed, told by their ids only, and at most two', async () => {
  const SAMLProviderArn = 'arn:aws:iam::111122223333:saml-provider/Sealed';
  const update = (more: object): Promise<never> =>
    fixture.call(iam.UpdateSAMLProvider, { SAMLProviderArn, ...more });
  const first = pemOf(2048);
  await create('Sealed', { AssertionEncryptionMode: 'Required', AddPrivateKey: first });
  const stored = JSON.stringify(fixture.identity.state.all('saml-provider').get(SAMLProviderArn));
  for (const line of first.split('\n').slice(1, 4)) assert.ok(!stored.includes(line));
  const [older] = (await get(SAMLProviderArn)).PrivateKeyList ?? [];
  fixture.now += 1000;
  await update({ AddPrivateKey: pemOf(2048, { type: 'pkcs1' }) });
  const both = await get(SAMLProviderArn);
  assert.equal(both.AssertionEncryptionMode, 'Required');
  assert.deepEqual(
    both.PrivateKeyList?.map(({ Timestamp }) => Timestamp),
    [fixture.now, fixture.now - 1000],
  );
  assert.match(both.PrivateKeyList?.[0]?.KeyId ?? '', /^SAMLPK[A-Z2-7]{24}$/);
  assert.deepEqual(both.PrivateKeyList?.[1], older);
  const full = isFault('LimitExceeded', 'Cannot exceed quota for PrivateKeysPerSAMLProvider: 2');
  await assert.rejects(update({ AddPrivateKey: pemOf(2048) }), full);
  await update({ AddPrivateKey: pemOf(2048), RemovePrivateKey: older?.KeyId });
  const [third, second] = (await get(SAMLProviderArn)).PrivateKeyList ?? [];
  assert.equal(second?.KeyId, both.PrivateKeyList?.[0]?.KeyId);
  await assert.rejects(
    update({ RemovePrivateKey: older?.KeyId }),
    isFault('NoSuchEntity', `The private key with id ${older?.KeyId} cannot be found.`),
  );
  await update({ RemovePrivateKey: second?.KeyId });
  const needed = isFault(
    'InvalidInput',
    'Encryption of assertions cannot be required without a private key.',
  );
  await assert.rejects(update({ RemovePrivateKey: third?.KeyId }), needed);
  await update({ RemovePrivateKey: third?.KeyId, AssertionEncryptionMode: 'Allowed' });
  assert.equal((await get(SAMLProviderArn)).PrivateKeyList, undefined);
  await assert.rejects(update({ AssertionEncryptionMode: 'Required' }), needed);
  await assert.rejects(create('Keyless', { AssertionEncryptionMode: 'Required' }), needed);
});

test('only an RSA key of 2048 to 4096 bits in PEM without a passphrase is taken', async () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const text = isFault(
    'InvalidInput',
    'The private key must be an RSA key of 2048 to 4096 bits in PEM, without a passphrase.',
  );
  for (const AddPrivateKey of [
    'a',
    pemOf(1024),
    ec.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pemOf(2048, { cipher: 'aes-256-cbc', passphrase: 'secret' }),
    issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ]) {
    await assert.rejects(create('Keyed', { AddPrivateKey }), text);
  }
});

test('metadata is replaced, and what an update leaves out stays', async () => {
  const SAMLProviderArn = 'arn:aws:iam::111122223333:saml-provider/Changing';
  await create('Changing', { AssertionEncryptionMode: 'Allowed', AddPrivateKey: pemOf(2048) });
  const before = await get(SAMLProviderArn);
  const next = createSamlIssuer('https://other.example.com').metadata;
  assert.deepEqual(
    await fixture.call(iam.UpdateSAMLProvider, { SAMLProviderArn, SAMLMetadataDocument: next }),
    { SAMLProviderArn },
  );
  assert.deepEqual(await get(SAMLProviderArn), {
    ...before,
    SAMLMetadataDocument: next,
    ValidUntil: fixture.now + 100 * 365 * 86_400_000,
  });
});

test('a provider is deleted, and its name is free again with another unique id', async () => {
  const SAMLProviderArn = 'arn:aws:iam::111122223333:saml-provider/Gone';
  await create('Gone');
  const { SAMLProviderUUID: first } = await get(SAMLProviderArn);
  await fixture.call(iam.DeleteSAMLProvider, { SAMLProviderArn });
  await assert.rejects(
    get(SAMLProviderArn),
    isFault('NoSuchEntity', `Manifest not found for arn ${SAMLProviderArn}`),
  );
  await create('Gone');
  assert.notEqual((await get(SAMLProviderArn)).SAMLProviderUUID, first);
});

test('an account has up to a hundred providers', async () => {
  const own = await openServiceFixture();
  const input = { SAMLMetadataDocument: issuer.metadata };
  for (let index = 0; index < 100; index += 1) {
    await own.call(iam.CreateSAMLProvider, { Name: `idp-${index}`, ...input });
  }
  await assert.rejects(
    own.call(iam.CreateSAMLProvider, { Name: 'one-more', ...input }),
    isFault('LimitExceeded', 'Cannot exceed quota for SAMLProvidersPerAccount: 100'),
  );
});
