/**
 * A token that was made for somebody else: CVE-2024-5798 (an audience that is looked at only when the token has one, or in part) and
 * CVE-2025-32963 (tokens for the cluster's default audience). Here the audience must be one that the provider is registered with.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RemoveClientIDFromOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { audience, type Federation, startFederation } from '../federation-fixture.ts';

let federation: Federation;
let role: string;

before(async () => {
  federation = await startFederation();
  role = await federation.addRole('open');
});
after(() => federation.stop());

async function assume(claims: Readonly<Record<string, unknown>>): Promise<unknown> {
  return federation.assume(role, await federation.issuer.sign({ sub: 'pod', ...claims }));
}

const wrongAudience = { name: 'InvalidIdentityTokenException', message: 'Incorrect token audience' };

test('CVE-2024-5798: a token without an audience is for nobody', async () => {
  for (const aud of [undefined, []]) {
    await assert.rejects(assume({ aud }), {
      name: 'InvalidIdentityTokenException',
      message: 'Missing a required claim: aud',
    });
  }
});

test('CVE-2024-5798: an audience is compared whole and letter by letter', async () => {
  for (const aud of [
    `${audience}.evil.example.com`,
    'sts',
    audience.toUpperCase(),
    `${audience},x`,
    '*',
    [`${audience} `],
  ]) {
    await assert.rejects(assume({ aud }), wrongAudience);
  }
});

test('CVE-2025-32963: a token for the cluster itself is refused', async () => {
  for (const aud of [
    'https://kubernetes.default.svc',
    ['https://kubernetes.default.svc.cluster.local', 'k3s'],
  ]) {
    await assert.rejects(assume({ aud, sub: 'system:serviceaccount:default:default' }), wrongAudience);
  }
});

test('an authorized party that is a stranger is not made up for by the audience', async () => {
  await assert.rejects(assume({ aud: audience, azp: 'another-client' }), wrongAudience);
});

test('an audience counts only as long as the provider is registered with it', async () => {
  assert.ok(await assume({ aud: audience }));
  await federation.service.iam(federation.service.root).send(
    new RemoveClientIDFromOpenIDConnectProviderCommand({
      OpenIDConnectProviderArn: federation.providerArn,
      ClientID: audience,
    }),
  );
  await assert.rejects(assume({ aud: audience }), wrongAudience);
});
