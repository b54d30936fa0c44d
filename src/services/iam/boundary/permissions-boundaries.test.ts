import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holderCases, putHolders } from '../../../../test/holder-fixture.ts';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { boundaryOperations } from './permissions-boundaries.ts';

const account = '111122223333';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const powerUser = 'arn:aws:iam::aws:policy/PowerUserAccess';

async function openHolders(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture(account);
  await putHolders(fixture, 'Holder');
  return fixture;
}

for (const { kind, noun, member } of holderCases) {
  if (kind === 'group' || noun === 'Group') continue;
  const putBoundary = boundaryOperations[`Put${noun}PermissionsBoundary`];
  const deleteBoundary = boundaryOperations[`Delete${noun}PermissionsBoundary`];
  const holder = { [member]: 'holder' };
  const stored = (fixture: ServiceFixture) => fixture.identity.state.all(kind).named(account, 'holder');

  describe(`the permissions boundary of a ${kind}`, () => {
    test('is set, replaced, counted and removed, and nothing else changes', async () => {
      const fixture = await openHolders();
      const before = stored(fixture);
      const count = (arn: string) => fixture.identity.state.boundaryCount(arn, account);
      assert.equal(await fixture.call(putBoundary, { ...holder, PermissionsBoundary: readOnly }), undefined);
      await fixture.call(putBoundary, { ...holder, PermissionsBoundary: powerUser });
      assert.deepEqual(stored(fixture), { ...before, permissionsBoundary: powerUser });
      assert.deepEqual([count(readOnly), count(powerUser)], [0, 1]);
      assert.equal(await fixture.call(deleteBoundary, holder), undefined);
      assert.deepEqual(stored(fixture), before);
      assert.equal(count(powerUser), 0);
      await fixture.call(deleteBoundary, holder);
      assert.deepEqual(stored(fixture), before);
    });

    test('must be a managed policy that is there', async () => {
      const fixture = await openHolders();
      const put = (PermissionsBoundary: string) =>
        fixture.call(putBoundary, { ...holder, PermissionsBoundary });
      const invalid = `arn:aws:iam::${account}:not_a_policy/invalid`;
      await assert.rejects(put(invalid), isFault('InvalidInput', `ARN ${invalid} is not valid.`));
      for (const absent of [
        `arn:aws:iam::${account}:policy/nonexistent-policy`,
        'arn:aws:iam::999988887777:policy/nonexistent-policy',
      ]) {
        await assert.rejects(
          put(absent),
          isFault('NoSuchEntity', `Scope ARN: ${absent} does not exist or is not attachable.`),
        );
      }
      assert.equal(stored(fixture)?.permissionsBoundary, undefined);
    });

    test('is asked about with the boundary to be, and its removal with the one that is', async () => {
      const fixture = await openHolders();
      const resource = `arn:aws:iam::${account}:${kind}/staff/Holder`;
      await fixture.call(putBoundary, { ...holder, PermissionsBoundary: readOnly });
      assert.deepEqual(fixture.questions(putBoundary, { ...holder, PermissionsBoundary: powerUser }), [
        {
          action: `iam:Put${noun}PermissionsBoundary`,
          resource,
          resourceTags: [],
          context: { 'iam:PermissionsBoundary': powerUser },
        },
      ]);
      assert.deepEqual(fixture.questions(deleteBoundary, holder), [
        {
          action: `iam:Delete${noun}PermissionsBoundary`,
          resource,
          resourceTags: [],
          context: { 'iam:PermissionsBoundary': readOnly },
        },
      ]);
    });

    test(`of a ${kind} that does not exist is asked about all the same, and then not found`, async () => {
      const fixture = await openHolders();
      const input = { [member]: 'nobody', PermissionsBoundary: readOnly };
      for (const operation of [putBoundary, deleteBoundary]) {
        assert.equal(
          fixture.questions(operation, input)[0]?.resource,
          `arn:aws:iam::${account}:${kind}/nobody`,
        );
        await assert.rejects(
          fixture.call(operation, input),
          isFault('NoSuchEntity', `The ${kind} with name nobody cannot be found.`),
        );
      }
    });
  });
}
