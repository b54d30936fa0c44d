import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyError } from '#core/policy';
import { managedPolicy } from '#services/operation';
import type { IamTypes } from '#wire/model';
import { allowing } from '../../../../test/holder-fixture.ts';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createPolicy } from './create-policy.ts';
import { createPolicyVersion } from './create-policy-version.ts';
import { deletePolicyVersion } from './delete-policy-version.ts';
import { getPolicy } from './get-policy.ts';
import { getPolicyVersion } from './get-policy-version.ts';
import { listPolicyVersions } from './list-policy-versions.ts';
import { setDefaultPolicyVersion } from './set-default-policy-version.ts';

const account = '111122223333';
const PolicyArn = `arn:aws:iam::${account}:policy/p`;
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const absent = `arn:aws:iam::${account}:policy/absent`;

async function openPolicy(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture(account);
  await fixture.call(createPolicy, { PolicyName: 'p', PolicyDocument: allowing('s3:v1') });
  return fixture;
}

async function add(
  fixture: ServiceFixture,
  action: string,
  SetAsDefault?: boolean,
): Promise<IamTypes.PolicyVersion> {
  const answer: IamTypes.CreatePolicyVersionResponse = await fixture.call(createPolicyVersion, {
    PolicyArn,
    PolicyDocument: allowing(action),
    SetAsDefault,
  });
  assert.ok(answer.PolicyVersion);
  return answer.PolicyVersion;
}

/** The versions as they are listed, the default marked with a star. */
async function versionsOf(fixture: ServiceFixture, input: object = {}): Promise<readonly string[]> {
  const answer: IamTypes.ListPolicyVersionsResponse = await fixture.call(listPolicyVersions, {
    PolicyArn,
    ...input,
  });
  return (answer.Versions ?? []).map(
    ({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion === true ? '*' : ''}`,
  );
}

function effective(fixture: ServiceFixture): string | undefined {
  return managedPolicy(fixture.identity.state, account, PolicyArn)?.document;
}

test('a new version takes effect only when it is to be the default', async () => {
  const fixture = await openPolicy();
  fixture.now += 1000;
  assert.deepEqual(await add(fixture, 's3:v2'), {
    VersionId: 'v2',
    IsDefaultVersion: false,
    CreateDate: fixture.now,
  });
  assert.equal(effective(fixture), allowing('s3:v1'));
  assert.equal((await add(fixture, 's3:v3', true)).IsDefaultVersion, true);
  assert.equal(effective(fixture), allowing('s3:v3'));
  assert.deepEqual(await versionsOf(fixture), ['v3*', 'v2', 'v1']);
  const { Policy }: IamTypes.GetPolicyResponse = await fixture.call(getPolicy, { PolicyArn });
  assert.deepEqual(
    [Policy?.DefaultVersionId, Policy?.CreateDate, Policy?.UpdateDate],
    ['v3', fixture.now - 1000, fixture.now],
  );
});

test('another version becomes the default, and the policy was not thereby updated', async () => {
  const fixture = await openPolicy();
  await add(fixture, 's3:v2', true);
  const updatedAt = fixture.now;
  fixture.now += 1000;
  assert.equal(await fixture.call(setDefaultPolicyVersion, { PolicyArn, VersionId: 'v1' }), undefined);
  assert.deepEqual(await versionsOf(fixture), ['v2', 'v1*']);
  assert.equal(effective(fixture), allowing('s3:v1'));
  const { Policy }: IamTypes.GetPolicyResponse = await fixture.call(getPolicy, { PolicyArn });
  assert.equal(Policy?.UpdateDate, updatedAt);
});

test('a version comes with its document, percent-encoded', async () => {
  const fixture = await openPolicy();
  const { PolicyVersion }: IamTypes.GetPolicyVersionResponse = await fixture.call(getPolicyVersion, {
    PolicyArn,
    VersionId: 'v1',
  });
  assert.deepEqual(PolicyVersion, {
    Document: PolicyVersion?.Document,
    VersionId: 'v1',
    IsDefaultVersion: true,
    CreateDate: fixture.now,
  });
  assert.match(PolicyVersion?.Document ?? '', /^%7B%22Version%22%3A%222012-10-17%22/);
  assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), allowing('s3:v1'));
  const aws: IamTypes.GetPolicyVersionResponse = await fixture.call(getPolicyVersion, {
    PolicyArn: readOnly,
    VersionId: 'v1',
  });
  assert.equal(aws.PolicyVersion?.IsDefaultVersion, true);
  const document = JSON.parse(decodeURIComponent(aws.PolicyVersion?.Document ?? ''));
  assert.equal(document.Version, '2012-10-17');
});

test('a deleted version is gone, and its number is not used again', async () => {
  const fixture = await openPolicy();
  await add(fixture, 's3:v2');
  await add(fixture, 's3:v3');
  assert.equal(await fixture.call(deletePolicyVersion, { PolicyArn, VersionId: 'v3' }), undefined);
  assert.deepEqual(await versionsOf(fixture), ['v2', 'v1*']);
  assert.equal((await add(fixture, 's3:v4')).VersionId, 'v4');
  await assert.rejects(
    fixture.call(deletePolicyVersion, { PolicyArn, VersionId: 'v1' }),
    isFault('DeleteConflict', 'Cannot delete the default version of a policy.'),
  );
  assert.deepEqual(await versionsOf(fixture), ['v4', 'v2', 'v1*']);
});

test('a policy has up to five versions, also when two requests race for the last', async () => {
  const fixture = await openPolicy();
  for (const action of ['s3:v2', 's3:v3', 's3:v4']) await add(fixture, action);
  const [last, tooMany] = await Promise.allSettled([add(fixture, 's3:v5'), add(fixture, 's3:v6', true)]);
  assert.equal(last.status, 'fulfilled');
  assert.ok(tooMany.status === 'rejected');
  assert.ok(
    isFault(
      'LimitExceeded',
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    )(tooMany.reason),
  );
  assert.deepEqual(await versionsOf(fixture), ['v5', 'v4', 'v3', 'v2', 'v1*']);
  await fixture.call(deletePolicyVersion, { PolicyArn, VersionId: 'v2' });
  assert.equal((await add(fixture, 's3:v6')).VersionId, 'v6');
});

test('versions come by the page, the newest first, also beyond the ninth', async () => {
  const fixture = await openPolicy();
  for (let number = 2; number <= 11; number++) {
    await add(fixture, `s3:v${number}`);
    if (number > 3) await fixture.call(deletePolicyVersion, { PolicyArn, VersionId: `v${number - 2}` });
  }
  assert.deepEqual(await versionsOf(fixture), ['v11', 'v10', 'v1*']);
  const first: IamTypes.ListPolicyVersionsResponse = await fixture.call(listPolicyVersions, {
    PolicyArn,
    MaxItems: 2,
  });
  assert.deepEqual([first.Versions?.length, first.IsTruncated], [2, true]);
  assert.deepEqual(await versionsOf(fixture, { Marker: first.Marker }), ['v1*']);
  await assert.rejects(versionsOf(fixture, { Marker: 'no' }), isFault('ValidationError', 'Invalid Marker.'));
});

test('a version’s document is checked like a policy’s', async () => {
  const fixture = await openPolicy();
  const create = (PolicyDocument: string) => fixture.call(createPolicyVersion, { PolicyArn, PolicyDocument });
  await assert.rejects(
    create('{}'),
    (error) => error instanceof PolicyError && error.message === 'Syntax errors in policy.',
  );
  await assert.rejects(
    create(allowing(`s3:${'a'.repeat(6144)}`)),
    isFault('LimitExceeded', 'Cannot exceed quota for PolicySize: 6144'),
  );
  assert.deepEqual(await versionsOf(fixture), ['v1*']);
});

const operations = [
  ['CreatePolicyVersion', createPolicyVersion],
  ['GetPolicyVersion', getPolicyVersion],
  ['ListPolicyVersions', listPolicyVersions],
  ['DeletePolicyVersion', deletePolicyVersion],
  ['SetDefaultPolicyVersion', setDefaultPolicyVersion],
] as const;

test('versions are asked about as the policy they are of', async () => {
  const fixture = await openPolicy();
  for (const [name, operation] of operations) {
    const ask = (arn: string) =>
      fixture.questions(operation, {
        PolicyArn: arn,
        VersionId: 'v1',
        PolicyDocument: allowing('s3:GetObject'),
      });
    assert.deepEqual(ask(PolicyArn), [{ action: `iam:${name}`, resource: PolicyArn, resourceTags: [] }]);
    assert.deepEqual(ask(absent), [{ action: `iam:${name}`, resource: absent }]);
  }
});

test('policies and versions that are not there are told by name', async () => {
  const fixture = await openPolicy();
  const input = (arn: string, VersionId: string) => ({
    PolicyArn: arn,
    VersionId,
    PolicyDocument: allowing('s3:GetObject'),
  });
  for (const operation of [getPolicyVersion, deletePolicyVersion, setDefaultPolicyVersion]) {
    for (const [arn, version] of [
      [absent, 'v1'],
      [PolicyArn, 'v9'],
    ] as const) {
      await assert.rejects(
        fixture.call(operation, input(arn, version)),
        isFault('NoSuchEntity', `Policy ${arn} version ${version} does not exist or is not attachable.`),
      );
    }
  }
  await assert.rejects(
    fixture.call(createPolicyVersion, input(absent, 'v1')),
    isFault('NoSuchEntity', `Policy ${absent} does not exist or is not attachable.`),
  );
  await assert.rejects(
    fixture.call(listPolicyVersions, input(absent, 'v1')),
    isFault('NoSuchEntity', `Policy ${absent} was not found.`),
  );
  for (const [, operation] of operations) {
    await assert.rejects(
      fixture.call(operation, input('longpolicynamebutnoarn', 'v1')),
      isFault('ValidationError', 'ARN longpolicynamebutnoarn is not valid.'),
    );
  }
});

test('the versions of AWS’s and of other accounts’ policies are not changed', async () => {
  const fixture = await openPolicy();
  const other = await fixture.addAccount('999988887777', 'stranger');
  const stranger = { kind: 'root', account: other, accessKeyId: 'AKIASTRANGER' } as const;
  const refusals = [
    [createPolicyVersion, 'Cannot update policies outside your own account.'],
    [deletePolicyVersion, 'Cannot delete policy versions for policies outside your own account.'],
    [setDefaultPolicyVersion, 'Cannot update policies outside your own account.'],
  ] as const;
  for (const [operation, text] of refusals) {
    const input = { VersionId: 'v1', PolicyDocument: allowing('s3:GetObject') };
    await assert.rejects(
      fixture.call(operation, { ...input, PolicyArn: readOnly }),
      isFault('AccessDenied', text),
    );
    await assert.rejects(
      fixture.call(operation, { ...input, PolicyArn }, stranger),
      isFault('AccessDenied', text),
    );
  }
  await assert.rejects(
    fixture.call(getPolicyVersion, { PolicyArn, VersionId: 'v1' }, stranger),
    isFault('NoSuchEntity', `Policy ${PolicyArn} version v1 does not exist or is not attachable.`),
  );
  assert.deepEqual(await versionsOf(fixture), ['v1*']);
});
