/**
 * An identity provider of an account chooses what Brevet fetches: its own URL, its keys' address, where it redirects to and what its name
 * resolves to. None of these may lead to an address that the settings do not allow (request forgery, DNS rebinding), nor may an answer of
 * another service pass for keys (the class of CVE-2020-16250: whom one speaks to must be fixed before anything is believed).
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAddressGuard, openOutboundHttp } from '#stores/outbound-http';
import { audience, type Federation, startFederation } from '../federation-fixture.ts';
import { createIssuerKey, startTokenIssuer, type TokenIssuer } from '../token-issuer.ts';

let federation: Federation;

before(async () => {
  federation = await startFederation();
});
after(() => federation.stop());

const failed = (why: string) => ({
  name: 'IDPCommunicationErrorException',
  message: `The keys of the identity provider cannot be fetched: ${why}.`,
});
const forbidden = failed('its address is not one that the settings let Brevet call');

/** A provider that answers discovery in that way, and what comes of its token. */
async function useOf(
  name: string,
  intercept: (issuer: TokenIssuer) => NonNullable<TokenIssuer['intercept']>,
): Promise<unknown> {
  const issuer = await startTokenIssuer(
    federation.authority.issue(['localhost']),
    await createIssuerKey('k'),
  );
  const role = await federation.addRole(name, { provider: await federation.addProvider(issuer.url) });
  issuer.intercept = intercept(issuer);
  return federation.assume(role, await issuer.sign({ sub: 'a', aud: audience })).finally(() => issuer.stop());
}

const discovery =
  (jwksUri: string) =>
  (issuer: TokenIssuer): NonNullable<TokenIssuer['intercept']> =>
  (_request, response) => {
    response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: jwksUri }));
  };

test('a provider at an address that is not allowed is never spoken to', async () => {
  for (const [index, url] of [
    'https://169.254.169.254',
    'https://10.0.0.1:8443/realms/a',
    'https://[fd00:ec2::254]',
  ].entries()) {
    const role = await federation.addRole(`inner-${index}`, { provider: await federation.addProvider(url) });
    const token = await federation.issuer.sign({ sub: 'a', aud: audience, iss: url });
    await assert.rejects(federation.assume(role, token), forbidden);
  }
});

test('keys at an address that is not allowed are not fetched', async () => {
  for (const [index, uri] of [
    'https://169.254.169.254/latest/meta-data/',
    'https://[::ffff:169.254.169.254]/keys',
    'https://2852039166/keys',
    'https://[::1]:4593/metrics',
  ].entries()) {
    await assert.rejects(useOf(`keys-${index}`, discovery(uri)), forbidden);
  }
});

test('keys are fetched over TLS only', async () => {
  for (const [index, uri] of [
    'http://169.254.169.254/keys',
    'file:///etc/passwd',
    'data:application/json,{}',
  ].entries()) {
    await assert.rejects(useOf(`plain-${index}`, discovery(uri)), {
      name: 'IDPCommunicationErrorException',
      message:
        'The discovery document of the identity provider cannot be used: its jwks_uri is not an https URL.',
    });
  }
});

test('a redirect leads nowhere else', async () => {
  const redirecting = (): NonNullable<TokenIssuer['intercept']> => (_request, response) => {
    response.writeHead(302, { location: 'https://169.254.169.254/latest/meta-data/' }).end();
  };
  await assert.rejects(useOf('redirect', redirecting), failed('it redirects to another host'));
});

test('a name that resolves to something else the second time is not followed there', async () => {
  const answers = [['127.0.0.1'], ['169.254.169.254']];
  const asked: string[] = [];
  const http = openOutboundHttp({
    guard: createAddressGuard(['127.0.0.0/8']),
    authorities: [federation.authority.certificate],
    resolve: async (host) => {
      asked.push(host);
      return answers.shift() ?? [];
    },
  });
  const url = `${federation.issuer.url}/keys`;
  assert.ok((await http.get({ url, thumbprints: [] })).length > 0);
  assert.deepEqual(asked, ['localhost']);
  await assert.rejects(http.get({ url, thumbprints: [] }), {
    message: 'its address is not one that the settings let Brevet call',
  });
});
