import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrganizationsTypes } from '#wire/model';
import {
  createAccount,
  createPolicy,
  createUnit,
  isFault,
  openOrganization,
  rootIdOf,
} from '../../../test/organization-fixture.ts';
import type { ServiceFixture } from '../../../test/service-fixture.ts';
import { organizations } from './index.ts';

function tag(fixture: ServiceFixture, ResourceId: string, ...tags: readonly string[]): Promise<never> {
  return fixture.call(organizations.TagResource, {
    ResourceId,
    Tags: tags.map((Key) => ({ Key, Value: `of ${Key}` })),
  });
}

async function keysOf(fixture: ServiceFixture, ResourceId: string): Promise<readonly unknown[]> {
  const answer: OrganizationsTypes.ListTagsForResourceResponse = await fixture.call(
    organizations.ListTagsForResource,
    { ResourceId },
  );
  return (answer.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`);
}

test('a root, a unit, an account and a policy carry tags, and policy is asked with them', async () => {
  const fixture = await openOrganization();
  const root = rootIdOf(fixture);
  const { AccountId = '' } = await createAccount(fixture, 'member');
  for (const id of [
    root,
    await createUnit(fixture, root, 'unit'),
    AccountId,
    await createPolicy(fixture, 'deny'),
  ]) {
    await tag(fixture, id, 'b', 'a');
    await fixture.call(organizations.TagResource, { ResourceId: id, Tags: [{ Key: 'B', Value: 'new' }] });
    assert.deepEqual(await keysOf(fixture, id), ['B=new', 'a=of a']);
    const [question] = fixture.questions(organizations.UntagResource, { ResourceId: id, TagKeys: ['A'] });
    assert.deepEqual(question?.resourceTags, [
      { key: 'a', value: 'of a' },
      { key: 'B', value: 'new' },
    ]);
    assert.deepEqual(question?.context?.['aws:TagKeys'], ['A']);
    await fixture.call(organizations.UntagResource, { ResourceId: id, TagKeys: ['A', 'absent'] });
    assert.deepEqual(await keysOf(fixture, id), ['B=new']);
  }
});

test('what is created with tags is asked about with them, and needs the permission to tag', async () => {
  const fixture = await openOrganization();
  const Tags = [{ Key: 'team', Value: 'blue' }];
  const context = { 'aws:RequestTag/team': 'blue', 'aws:TagKeys': ['team'] };
  const tagging = { action: 'organizations:TagResource', resource: '*', context };
  const unit = { ParentId: rootIdOf(fixture), Name: 'unit', Tags };
  const [creatingUnit, taggingUnit] = fixture.questions(organizations.CreateOrganizationalUnit, unit);
  assert.deepEqual(creatingUnit?.context, context);
  assert.deepEqual(taggingUnit, tagging);
  const policy = { Name: 'p', Description: '', Type: 'SERVICE_CONTROL_POLICY', Content: '{}', Tags };
  const [creatingPolicy, taggingPolicy] = fixture.questions(organizations.CreatePolicy, policy);
  assert.deepEqual(creatingPolicy?.context, {
    ...context,
    'organizations:PolicyType': 'SERVICE_CONTROL_POLICY',
  });
  assert.deepEqual(taggingPolicy, tagging);
});

test('a key comes once whatever its case, is not of AWS, and there are fifty at most', async () => {
  const fixture = await openOrganization();
  const root = rootIdOf(fixture);
  await assert.rejects(
    tag(fixture, root, 'team', 'Team'),
    isFault('InvalidInputException', 'Tag keys must be unique among the tags attached to the same entity.', {
      Reason: 'DUPLICATE_TAG_KEY',
    }),
  );
  await assert.rejects(
    tag(fixture, root, 'AWS:team'),
    isFault('InvalidInputException', 'You cannot add, edit or delete tag keys that begin with aws:.', {
      Reason: 'INVALID_SYSTEM_TAGS_PARAMETER',
    }),
  );
  const keys = Array.from({ length: 50 }, (_, index) => `key${index}`);
  await tag(fixture, root, ...keys);
  await tag(fixture, root, 'key0');
  const tooMany = isFault(
    'ConstraintViolationException',
    'You have exceeded the number of tags allowed on this resource.',
    { Reason: 'MAX_TAG_LIMIT_EXCEEDED' },
  );
  await assert.rejects(tag(fixture, root, 'more'), tooMany);
  await assert.rejects(
    createAccount(fixture, 'tagged', { Tags: [...keys, 'more'].map((Key) => ({ Key, Value: '' })) }),
    tooMany,
  );
  assert.equal((await keysOf(fixture, root)).length, 50);
});

test('what is not in the organization has no tags', async () => {
  const fixture = await openOrganization();
  await fixture.addAccount('999988887777', 'stranger');
  const absent = isFault('TargetNotFoundException', "You specified a target that doesn't exist.");
  for (const id of ['999988887777', 'ou-absent-12345678', 'r-absent', 'p-absent00']) {
    await assert.rejects(keysOf(fixture, id), absent);
    await assert.rejects(tag(fixture, id, 'team'), absent);
    await assert.rejects(
      fixture.call(organizations.UntagResource, { ResourceId: id, TagKeys: ['team'] }),
      absent,
    );
  }
});
