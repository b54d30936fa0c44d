import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { audience, type Federation, startFederation } from '../federation-fixture.ts';
import { createIssuerKey, type IssuerKey, startTokenIssuer, type TokenIssuer } from '../token-issuer.ts';

const minute = 60_000;
const hour = 60 * minute;

let federation: Federation;
let role: string;
let slow: TokenIssuer;
let slowRole: string;

before(async () => {
  federation = await startFederation({ timeoutMs: 200, maxBytes: 10_000 });
  role = await federation.addRole('open');
  slow = await startTokenIssuer(federation.authority.issue(['localhost']), await createIssuerKey('k'));
  slow.intercept = () => undefined;
  slowRole = await federation.addRole('slow', { provider: await federation.addProvider(slow.url) });
});
after(async () => {
  await slow.stop();
  await federation.stop();
});
afterEach(() => {
  federation.issuer.intercept = undefined;
});

/** Assumes the role with a token as of the service's clock. */
async function assume(key: IssuerKey = federation.key, at = federation): Promise<unknown> {
  const now = Math.floor(at.service.now() / 1000);
  return at.assume(role, await at.issuer.sign({ sub: 'a', aud: audience, iat: now, exp: now + 600 }, key));
}

const failed = (why: string) => ({
  name: 'IDPCommunicationErrorException',
  message: `The keys of the identity provider cannot be fetched: ${why}.`,
});
const noKey = {
  name: 'InvalidIdentityTokenException',
  message:
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
};

test('a provider that is away, slow, lying about its length or talking too much is said to be, and is not asked again at once', async () => {
  const { issuer, service } = federation;
  const troubles: readonly (readonly [NonNullable<typeof issuer.intercept>, object])[] = [
    [(_request, response) => response.destroy(), failed('it cannot be reached')],
    [() => undefined, failed('it does not answer in time')],
    [
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{}');
        response.socket?.end();
      },
      failed('it cannot be reached'),
    ],
    [
      (_request, response) => response.end('x'.repeat(10_001)),
      failed('it answers with more than 10000 bytes'),
    ],
    [(_request, response) => response.writeHead(503).end(), failed('it answers with status 503')],
    [
      (_request, response) => response.end('not JSON'),
      {
        name: 'IDPCommunicationErrorException',
        message: 'The discovery document of the identity provider cannot be used: it is not a JSON object.',
      },
    ],
  ];
  for (const [intercept, refusal] of troubles) {
    issuer.intercept = intercept;
    service.clockAheadMs += minute;
    await assert.rejects(assume(), refusal);
    const asked = issuer.requests;
    await assert.rejects(assume(), refusal);
    assert.equal(issuer.requests, asked);
  }
  issuer.intercept = undefined;
  await assert.rejects(assume(), { name: 'IDPCommunicationErrorException' });
  service.clockAheadMs += minute;
  await assume();
});

test('keys are kept, and fetched again after an hour', async () => {
  const { issuer, service } = federation;
  service.clockAheadMs += 2 * hour;
  await assume();
  const asked = issuer.requests;
  await Promise.all([assume(), assume(), assume()]);
  assert.equal(issuer.requests, asked);
  service.clockAheadMs += hour + minute;
  await Promise.all([assume(), assume(), assume()]);
  assert.equal(issuer.requests, asked + 2);
});

test('a new key is found when a token names it, and strange ones are not looked for again and again', async () => {
  const { issuer, service, key } = federation;
  await assume();
  service.clockAheadMs += minute;
  const next = await createIssuerKey('key-2', 'ES256');
  issuer.keys = [key.jwk, next.jwk];
  await assume(next);
  const asked = issuer.requests;
  const stranger = await createIssuerKey('stranger', 'ES256');
  await assert.rejects(assume(stranger), noKey);
  await assert.rejects(assume(stranger), noKey);
  assert.equal(issuer.requests, asked);
  service.clockAheadMs += minute;
  await assert.rejects(assume(stranger), noKey);
  await assert.rejects(assume(stranger), noKey);
  assert.equal(issuer.requests, asked + 2);
});

test('a key that the provider no longer publishes is not taken once its keys were fetched again', async () => {
  const { issuer, service, key } = federation;
  const next = await createIssuerKey('key-3', 'ES256');
  issuer.keys = [next.jwk];
  service.clockAheadMs += 2 * hour;
  await assert.rejects(assume(), noKey);
  issuer.keys = [key.jwk];
  service.clockAheadMs += minute;
  await assume();
});

test('known keys are used for a day while their provider is away, and not longer', async () => {
  const { issuer, service } = federation;
  service.clockAheadMs += 2 * hour;
  await assume();
  issuer.intercept = (_request, response) => response.destroy();
  service.clockAheadMs += 23 * hour;
  await assume();
  service.clockAheadMs += 2 * hour;
  await assert.rejects(assume(), failed('it cannot be reached'));
  issuer.intercept = undefined;
  service.clockAheadMs += minute;
  await assume();
});

test('a slow provider holds up nobody of another, and its own wait together', async () => {
  const now = Math.floor(federation.service.now() / 1000);
  const token = await slow.sign({ sub: 'a', aud: audience, iat: now, exp: now + 600 });
  let isOver = false;
  const waiting = Promise.allSettled([1, 2, 3].map(() => federation.assume(slowRole, token))).finally(() => {
    isOver = true;
  });
  await assume();
  assert.equal(isOver, false);
  for (const outcome of await waiting) assert.equal(outcome.status, 'rejected');
  assert.equal(slow.requests, 1);
});
