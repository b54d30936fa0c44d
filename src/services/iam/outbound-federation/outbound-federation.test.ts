import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { outboundFederationOperations as operations } from './index.ts';
import { rotateWebIdentityKeys } from './rotate.ts';

const enable = operations.EnableOutboundWebIdentityFederation;
const disable = operations.DisableOutboundWebIdentityFederation;
const getInfo = operations.GetOutboundWebIdentityFederationInfo;
const isDisabled = isFault(
  'FeatureDisabled',
  'Outbound web identity federation is not enabled for this account.',
);
const dayMs = 86_400_000;

function info(fixture: ServiceFixture): Promise<IamTypes.GetOutboundWebIdentityFederationInfoResponse> {
  return fixture.call(getInfo, {});
}

test('an account that never enabled it has no issuer', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(info(fixture), isDisabled);
  await assert.rejects(fixture.call(disable, {}), isDisabled);
});

test('enabling makes an issuer, disabling keeps it, enabling again brings the same back', async () => {
  const fixture = await openServiceFixture();
  const { IssuerIdentifier } = (await fixture.call(
    enable,
    {},
  )) as IamTypes.EnableOutboundWebIdentityFederationResponse;
  assert.match(IssuerIdentifier ?? '', /^https:\/\/[0-9a-f-]{36}\.tokens\.sts\.example\.com$/);
  assert.deepEqual(await info(fixture), { IssuerIdentifier, JwtVendingEnabled: true });
  await assert.rejects(
    fixture.call(enable, {}),
    isFault('FeatureEnabled', 'Outbound web identity federation is already enabled for this account.'),
  );
  await fixture.call(disable, {});
  assert.deepEqual(await info(fixture), { IssuerIdentifier, JwtVendingEnabled: false });
  await assert.rejects(fixture.call(disable, {}), isDisabled);
  assert.deepEqual(await fixture.call(enable, {}), { IssuerIdentifier });
});

test('two requests at once make one issuer', async () => {
  const fixture = await openServiceFixture();
  const outcomes = await Promise.allSettled([fixture.call(enable, {}), fixture.call(enable, {})]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal([...fixture.identity.state.all('web-identity-issuer').values()].length, 1);
});

test('the operations ask about no resource', async () => {
  const fixture = await openServiceFixture();
  for (const [name, operation] of Object.entries(operations)) {
    assert.deepEqual(fixture.questions(operation, {}), [{ action: `iam:${name}`, resource: '*' }]);
  }
});

test('keys rotate once over all processes, and never while the account issues nothing', async () => {
  const fixture = await openServiceFixture();
  await fixture.call(enable, {});
  const ports = {
    identity: fixture.identity,
    box: { seal: () => 'sealed', open: () => new Uint8Array() },
  };
  const numbers = (): readonly number[] =>
    [...fixture.identity.state.all('web-identity-issuer').values()].flatMap(({ keySets }) =>
      keySets.map(({ number }) => number),
    );
  const due = fixture.now + 89 * dayMs;
  await fixture.call(disable, {});
  await rotateWebIdentityKeys(due, ports);
  assert.deepEqual(numbers(), [0]);
  await fixture.call(enable, {});
  await Promise.all([rotateWebIdentityKeys(due, ports), rotateWebIdentityKeys(due, ports)]);
  assert.deepEqual(numbers(), [0, 1]);
  await rotateWebIdentityKeys(due + 4 * dayMs, ports);
  assert.deepEqual(numbers(), [1]);
});
