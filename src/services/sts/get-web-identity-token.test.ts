import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StsTypes } from '#wire/model';
import { isFault } from '../../../test/organization-fixture.ts';
import { openServiceFixture } from '../../../test/service-fixture.ts';
import { getWebIdentityToken } from './get-web-identity-token.ts';

const input = { Audience: ['a'], SigningAlgorithm: 'RS256' };

test('the endpoints of Regions give tokens once the account allows it, and the global endpoint does not', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(
    fixture.call(getWebIdentityToken, input),
    isFault(
      'OutboundWebIdentityFederationDisabledException',
      'Outbound web identity federation is not enabled for this account.',
    ),
  );
  await fixture.identity.write(({ put }) =>
    put('web-identity-issuer', {
      id: 'i',
      account: fixture.account.id,
      isEnabled: true,
      createdAt: 0,
      keySets: [],
    }),
  );
  fixture.isGlobalEndpoint = true;
  await assert.rejects(
    fixture.call(getWebIdentityToken, input),
    isFault('AccessDenied', 'GetWebIdentityToken is not available on the global endpoint'),
  );
});

test('the questions carry what was asked for, with the default duration', async () => {
  const fixture = await openServiceFixture();
  const context = {
    'sts:IdentityTokenAudience': ['a'],
    'sts:DurationSeconds': '300',
    'sts:SigningAlgorithm': 'RS256',
  };
  assert.deepEqual(fixture.questions(getWebIdentityToken, input), [
    { action: 'sts:GetWebIdentityToken', resource: '*', context },
  ]);
  const tagged: StsTypes.GetWebIdentityTokenRequest = { ...input, Tags: [{ Key: 'k', Value: 'v' }] };
  const withTags = { ...context, 'aws:RequestTag/k': 'v', 'aws:TagKeys': ['k'] };
  assert.deepEqual(fixture.questions(getWebIdentityToken, tagged), [
    { action: 'sts:GetWebIdentityToken', resource: '*', context: withTags },
    { action: 'sts:TagGetWebIdentityToken', resource: '*', context: withTags },
  ]);
});
