/**
 * Replay of an assertion (SAML Profiles §4.1.4.5): whoever reads one on its way could be its person again for as long as it is good. Here it is
 * taken once, whatever it is wrapped in; and a request that was refused has not used it up.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DeleteSAMLProviderCommand } from '@aws-sdk/client-iam';
import { forgetUsedAssertions } from '#services/sts';
import { type SamlFederation, startSamlFederation } from '../saml-fixture.ts';

const replayed = {
  name: 'InvalidIdentityTokenException',
  message: 'The SAML assertion was redeemed already.',
};

let federation: SamlFederation;
before(async () => {
  federation = await startSamlFederation();
});
after(() => federation.stop());

test('an assertion is taken once', async () => {
  const xml = federation.signed();
  assert.ok((await federation.assume(xml)).Credentials);
  await assert.rejects(federation.assume(xml), replayed);
});

test('nor is it taken again in another response, for another role or for less', async () => {
  const { issuer, providerArn, roleArn } = federation;
  const second = await federation.addRole('second');
  const roles = [roleArn, second].map((role) => `${role},${providerArn}`);
  const xml = federation.signed({ roles });
  await federation.assume(xml);
  await assert.rejects(federation.assume(xml, { RoleArn: second }), replayed);
  await assert.rejects(federation.assume(xml, { DurationSeconds: 900 }), replayed);
  await assert.rejects(federation.assume(xml.replace(/ ID="[^"]*"/, ' ID="_another"')), replayed);
  await assert.rejects(federation.assume(issuer.sign(xml, 'Response')), replayed);
});

test('of many requests at once one is answered', async () => {
  const xml = federation.signed();
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => federation.assume(xml)));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') assert.equal(outcome.reason.message, replayed.message);
});

test('what was refused has not used it up', async () => {
  const xml = federation.signed();
  await assert.rejects(federation.assume(xml, { DurationSeconds: 43_200 }), { name: 'ValidationError' });
  await assert.rejects(federation.assume(xml, { Policy: '{' }), { name: 'MalformedPolicyDocumentException' });
  await assert.rejects(federation.assume(xml, { RoleArn: `${federation.roleArn}-none` }), {
    name: 'AccessDenied',
  });
  assert.ok((await federation.assume(xml)).Credentials);
});

test('it is not forgotten with its provider, but once it could not be redeemed any more', async () => {
  const { service, providerArn, issuer } = federation;
  const { identity } = service.house;
  const xml = federation.signed();
  await federation.assume(xml);
  await service.iam(service.root).send(new DeleteSAMLProviderCommand({ SAMLProviderArn: providerArn }));
  await federation.addProvider('idp', issuer.metadata);
  await assert.rejects(federation.assume(xml), replayed);
  const count = (): number => identity.state.all('used-assertion').count(service.accountId);
  const before = count();
  await forgetUsedAssertions(service.now() + 300_000, identity);
  assert.equal(count(), before);
  await forgetUsedAssertions(service.now() + 900_001, identity);
  assert.equal(count(), 0);
  service.clockAheadMs = 301_000;
  await assert.rejects(federation.assume(xml), {
    name: 'ExpiredTokenException',
    message: 'Token must be redeemed within 5 minutes of issuance',
  });
});
