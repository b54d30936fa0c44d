import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iam } from '#services/iam';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';

const url = 'https://id.example.com/realms/Main';
const arn = 'arn:aws:iam::111122223333:oidc-provider/id.example.com/realms/Main';
const thumbprint = 'AB'.repeat(20);
const absent = 'arn:aws:iam::111122223333:oidc-provider/none.example.com';

async function get(
  fixture: ServiceFixture,
  OpenIDConnectProviderArn = arn,
): Promise<IamTypes.GetOpenIDConnectProviderResponse> {
  return await fixture.call(iam.GetOpenIDConnectProvider, { OpenIDConnectProviderArn });
}

async function openWithProvider(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  await fixture.call(iam.CreateOpenIDConnectProvider, {
    Url: url,
    ClientIDList: ['sts.amazonaws.com'],
    ThumbprintList: [thumbprint],
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  return fixture;
}

test('a provider is created, described without its scheme, listed and counted', async () => {
  const fixture = await openServiceFixture();
  const answer = await fixture.call(iam.CreateOpenIDConnectProvider, {
    Url: url,
    ClientIDList: ['sts.amazonaws.com', 'sts.amazonaws.com', 'other'],
    ThumbprintList: [thumbprint],
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.deepEqual(answer, { OpenIDConnectProviderArn: arn, Tags: [{ Key: 'Team', Value: 'blue' }] });
  assert.deepEqual(await get(fixture), {
    Url: 'id.example.com/realms/Main',
    ClientIDList: ['sts.amazonaws.com', 'other'],
    ThumbprintList: [thumbprint.toLowerCase()],
    CreateDate: fixture.now,
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.deepEqual(await fixture.call(iam.ListOpenIDConnectProviders, {}), {
    OpenIDConnectProviderList: [{ Arn: arn }],
  });
  const summary: IamTypes.GetAccountSummaryResponse = await fixture.call(iam.GetAccountSummary, {});
  assert.equal(summary.SummaryMap?.Providers, 1);
});

test('creating asks about the ARN to be, and about tagging it when there are tags', async () => {
  const fixture = await openServiceFixture();
  assert.deepEqual(fixture.questions(iam.CreateOpenIDConnectProvider, { Url: url }), [
    { action: 'iam:CreateOpenIDConnectProvider', resource: arn, context: {} },
  ]);
  const context = { 'aws:RequestTag/Team': 'blue', 'aws:TagKeys': ['Team'] };
  assert.deepEqual(
    fixture.questions(iam.CreateOpenIDConnectProvider, {
      Url: url,
      Tags: [{ Key: 'Team', Value: 'blue' }],
    }),
    [
      { action: 'iam:CreateOpenIDConnectProvider', resource: arn, context },
      { action: 'iam:TagOpenIDConnectProvider', resource: arn, context },
    ],
  );
});

test('only a plain https URL with a host of more than a word is a provider’s', async () => {
  const fixture = await openServiceFixture();
  const create = (Url: string) => fixture.call(iam.CreateOpenIDConnectProvider, { Url });
  const invalid = 'Invalid Open ID Connect Provider URL';
  for (const text of [
    'id.example.com',
    'https://',
    'https://ID.example.com',
    'https://id.example.com:443',
    'https://id.example.com/?a=b',
    'https://id.example.com/#a',
    'https://user@id.example.com',
    'https://id.example.com/a/../b',
    'https://id.example.com/a b',
    'https://id.example.com\\b',
    ' https://id.example.com',
    'https://saml',
    'https://0x7f.1',
  ]) {
    await assert.rejects(create(text), isFault('ValidationError', invalid), text);
  }
  for (const text of ['http://id.example.com', 'ftp://id.example.com', 'file:///etc/passwd']) {
    await assert.rejects(
      create(text),
      isFault('InvalidInput', `${invalid}. The URL must begin with https://.`),
      text,
    );
  }
  for (const text of ['https://a.example.com/', 'https://b.example.com:8443/x', 'https://keycloak:8443']) {
    await create(text);
  }
});

test('a URL is taken once in an account, whatever its case, and again in another', async () => {
  const fixture = await openWithProvider();
  for (const Url of [url, 'https://id.example.com/realms/MAIN']) {
    await assert.rejects(
      fixture.call(iam.CreateOpenIDConnectProvider, { Url }),
      isFault('EntityAlreadyExists', `Provider with url ${Url} already exists.`),
    );
  }
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' } as const;
  await fixture.call(iam.CreateOpenIDConnectProvider, { Url: url }, stranger);
  await assert.rejects(
    fixture.call(iam.DeleteOpenIDConnectProvider, { OpenIDConnectProviderArn: arn }, stranger),
    isFault('NoSuchEntity', `OpenId connect Provider ${arn} cannot be found.`),
  );
});

test('an account has up to a hundred providers', async () => {
  const fixture = await openServiceFixture();
  for (let index = 0; index < 100; index += 1) {
    await fixture.call(iam.CreateOpenIDConnectProvider, { Url: `https://id-${index}.example.com` });
  }
  await assert.rejects(
    fixture.call(iam.CreateOpenIDConnectProvider, { Url: url }),
    isFault('LimitExceeded', 'Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100'),
  );
});

test('a provider has up to a hundred audiences', async () => {
  const fixture = await openWithProvider();
  const refused = isFault('LimitExceeded', 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100');
  const ClientIDList = Array.from({ length: 101 }, (_, index) => `client-${index}`);
  await assert.rejects(
    fixture.call(iam.CreateOpenIDConnectProvider, { Url: 'https://other.example.com', ClientIDList }),
    refused,
  );
  const add = (ClientID: string) =>
    fixture.call(iam.AddClientIDToOpenIDConnectProvider, { OpenIDConnectProviderArn: arn, ClientID });
  for (const ClientID of ClientIDList.slice(0, 99)) await add(ClientID);
  await add('client-0');
  await assert.rejects(add('client-99'), refused);
});

test('audiences are added and removed, each once', async () => {
  const fixture = await openWithProvider();
  const input = { OpenIDConnectProviderArn: arn, ClientID: 'other' };
  await fixture.call(iam.AddClientIDToOpenIDConnectProvider, input);
  await fixture.call(iam.AddClientIDToOpenIDConnectProvider, input);
  assert.deepEqual((await get(fixture)).ClientIDList, ['sts.amazonaws.com', 'other']);
  await fixture.call(iam.RemoveClientIDFromOpenIDConnectProvider, input);
  await fixture.call(iam.RemoveClientIDFromOpenIDConnectProvider, input);
  assert.deepEqual((await get(fixture)).ClientIDList, ['sts.amazonaws.com']);
});

test('up to five thumbprints of forty hexadecimal digits take the place of the old ones', async () => {
  const fixture = await openWithProvider();
  const update = (ThumbprintList: readonly string[]) =>
    fixture.call(iam.UpdateOpenIDConnectProviderThumbprint, {
      OpenIDConnectProviderArn: arn,
      ThumbprintList,
    });
  await update(['1'.repeat(40), '2'.repeat(40)]);
  assert.deepEqual((await get(fixture)).ThumbprintList, ['1'.repeat(40), '2'.repeat(40)]);
  await assert.rejects(
    update(Array.from({ length: 6 }, (_, index) => `${index}`.repeat(40))),
    isFault('InvalidInput', 'Thumbprint list must contain fewer than 5 entries.'),
  );
  await assert.rejects(
    update(['z'.repeat(40)]),
    isFault('InvalidInput', 'Thumbprints must be 40 hexadecimal digits.'),
  );
});

test('a deleted provider is gone, and one that is not there cannot be used', async () => {
  const fixture = await openWithProvider();
  await fixture.call(iam.DeleteOpenIDConnectProvider, { OpenIDConnectProviderArn: arn });
  await assert.rejects(
    get(fixture),
    isFault('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`),
  );
  const input = {
    OpenIDConnectProviderArn: absent,
    ClientID: 'a',
    ThumbprintList: [],
    Tags: [{ Key: 'a', Value: 'b' }],
    TagKeys: ['a'],
  };
  for (const operation of [
    iam.AddClientIDToOpenIDConnectProvider,
    iam.GetOpenIDConnectProvider,
    iam.ListOpenIDConnectProviderTags,
    iam.RemoveClientIDFromOpenIDConnectProvider,
    iam.TagOpenIDConnectProvider,
    iam.UntagOpenIDConnectProvider,
    iam.UpdateOpenIDConnectProviderThumbprint,
  ]) {
    await assert.rejects(
      fixture.call(operation, input),
      isFault('NoSuchEntity', `OpenIDConnect Provider not found for arn ${absent}`),
      operation.model.name,
    );
    const [question] = fixture.questions(operation, input);
    assert.deepEqual(
      [question?.action, question?.resource],
      [`iam:${operation.model.name}`, absent],
      operation.model.name,
    );
  }
  await assert.rejects(
    fixture.call(iam.DeleteOpenIDConnectProvider, input),
    isFault('NoSuchEntity', `OpenId connect Provider ${absent} cannot be found.`),
  );
});

test('an ARN of something else is refused', async () => {
  const fixture = await openWithProvider();
  for (const wrong of [
    'arn:aws:iam::111122223333:saml-provider/id.example.com',
    'arn:aws:sts::111122223333:oidc-provider/id.example.com',
    'arn:aws:iam::111122223333:oidc-provider/',
    'not an ARN of anything',
  ]) {
    await assert.rejects(get(fixture, wrong), isFault('InvalidInput', `Invalid ARN: ${wrong}`));
  }
});

test('tags are added, listed by key and removed', async () => {
  const fixture = await openWithProvider();
  const named = { OpenIDConnectProviderArn: arn };
  await fixture.call(iam.TagOpenIDConnectProvider, { ...named, Tags: [{ Key: 'cost', Value: '1' }] });
  await fixture.call(iam.UntagOpenIDConnectProvider, { ...named, TagKeys: ['Team'] });
  assert.deepEqual(await fixture.call(iam.ListOpenIDConnectProviderTags, named), {
    Tags: [{ Key: 'cost', Value: '1' }],
    IsTruncated: false,
  });
  const [question] = fixture.questions(iam.GetOpenIDConnectProvider, named);
  assert.deepEqual(question?.resourceTags, [{ key: 'cost', value: '1' }]);
});
