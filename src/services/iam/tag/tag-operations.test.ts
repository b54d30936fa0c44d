import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import type { Caller } from '#services/operation';
import type { Tag } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { tagOperations } from './tag-operations.ts';

const account = '111122223333';

interface Case {
  readonly noun: 'User' | 'Role' | 'Policy' | 'InstanceProfile' | 'MFADevice';
  readonly member: string;
  readonly name: string;
  readonly arn: string;
  readonly absentName: string;
  readonly absentArn: string;
  readonly absentText: string;
  readonly anyCase: boolean;
}

const cases: readonly Case[] = [
  {
    noun: 'User',
    member: 'UserName',
    name: 'thing',
    arn: `arn:aws:iam::${account}:user/staff/thing`,
    absentName: 'nobody',
    absentArn: `arn:aws:iam::${account}:user/nobody`,
    absentText: 'The user with name nobody cannot be found.',
    anyCase: true,
  },
  {
    noun: 'Role',
    member: 'RoleName',
    name: 'thing',
    arn: `arn:aws:iam::${account}:role/staff/thing`,
    absentName: 'nobody',
    absentArn: `arn:aws:iam::${account}:role/nobody`,
    absentText: 'The role with name nobody cannot be found.',
    anyCase: true,
  },
  {
    noun: 'Policy',
    member: 'PolicyArn',
    name: `arn:aws:iam::${account}:policy/staff/thing`,
    arn: `arn:aws:iam::${account}:policy/staff/thing`,
    absentName: `arn:aws:iam::${account}:policy/absent`,
    absentArn: `arn:aws:iam::${account}:policy/absent`,
    absentText: `Policy arn:aws:iam::${account}:policy/absent was not found.`,
    anyCase: false,
  },
  {
    noun: 'InstanceProfile',
    member: 'InstanceProfileName',
    name: 'thing',
    arn: `arn:aws:iam::${account}:instance-profile/staff/thing`,
    absentName: 'nobody',
    absentArn: `arn:aws:iam::${account}:instance-profile/nobody`,
    absentText: 'Instance Profile nobody cannot be found.',
    anyCase: false,
  },
  {
    noun: 'MFADevice',
    member: 'SerialNumber',
    name: `arn:aws:iam::${account}:mfa/staff/thing`,
    arn: `arn:aws:iam::${account}:mfa/staff/thing`,
    absentName: `arn:aws:iam::${account}:mfa/absent`,
    absentArn: `arn:aws:iam::${account}:mfa/absent`,
    absentText: `MFA Device with serial number arn:aws:iam::${account}:mfa/absent does not exist.`,
    anyCase: false,
  },
];

/** A fixture with one thing of each kind, all of one name. */
async function openTagged(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture(account);
  const entity = {
    account: fixture.account.id,
    name: 'thing',
    path: '/staff/',
    createdAt: fixture.now,
    tags: [{ key: 'origin', value: 'here' }],
  };
  const holder = { ...entity, inlinePolicies: {}, attachedPolicies: [] };
  const id = (prefix: string) => `${prefix}THINGTHINGTHINGTHI` as UniqueId;
  await fixture.identity.write(({ put }) => {
    put('user', { ...holder, id: id('AIDA'), groups: [] });
    put('role', {
      ...holder,
      id: id('AROA'),
      maxSessionDurationSeconds: 3600,
      trustPolicy: '{}',
      trustedIds: {},
    });
    put('policy', {
      ...entity,
      id: id('ANPA'),
      updatedAt: fixture.now,
      versions: [{ id: 'v1', document: '{}', createdAt: fixture.now }],
      defaultVersion: 'v1',
      lastVersion: 1,
    });
    put('instance-profile', { ...entity, id: id('AIPA'), roles: [] });
    put('mfa-device', { ...entity, id: `arn:aws:iam::${account}:mfa/staff/thing`, sealedSeed: '' });
  });
  return fixture;
}

async function tagsOf(fixture: ServiceFixture, one: Case): Promise<readonly string[]> {
  const list = tagOperations[`List${one.noun}Tags`];
  const answer: IamTypes.ListUserTagsResponse = await fixture.call(list, { [one.member]: one.name });
  assert.equal(answer.IsTruncated, false);
  return answer.Tags.map(({ Key, Value }) => `${Key}=${Value}`);
}

for (const one of cases) {
  const { noun, member, name } = one;
  const tagIt = tagOperations[`Tag${noun}`];
  const untagIt = tagOperations[`Untag${noun}`];
  const listIt = tagOperations[`List${noun}Tags`];

  describe(`tags of ${noun}`, () => {
    test('are added, replaced, listed by key and removed', async () => {
      const fixture = await openTagged();
      const tags = (...pairs: readonly (readonly [string, string])[]) => ({
        [member]: name,
        Tags: pairs.map(([Key, Value]) => ({ Key, Value })),
      });
      assert.equal(await fixture.call(tagIt, tags(['b', '1'], ['a', ''])), undefined);
      assert.deepEqual(await tagsOf(fixture, one), ['a=', 'b=1', 'origin=here']);
      await fixture.call(tagIt, tags(['origin', 'there']));
      assert.deepEqual(await tagsOf(fixture, one), ['a=', 'b=1', 'origin=there']);
      assert.equal(
        await fixture.call(untagIt, { [member]: name, TagKeys: ['a', 'origin', 'absent'] }),
        undefined,
      );
      assert.deepEqual(await tagsOf(fixture, one), ['b=1']);
    });

    test(`${one.anyCase ? 'take' : 'do not take'} keys that differ only by case for one key`, async () => {
      const fixture = await openTagged();
      const add = (...keys: readonly string[]) =>
        fixture.call(tagIt, { [member]: name, Tags: keys.map((Key) => ({ Key, Value: 'new' })) });
      await add('Origin');
      assert.deepEqual(
        await tagsOf(fixture, one),
        one.anyCase ? ['Origin=new'] : ['Origin=new', 'origin=here'],
      );
      await fixture.call(untagIt, { [member]: name, TagKeys: ['origin'] });
      assert.deepEqual(await tagsOf(fixture, one), one.anyCase ? [] : ['Origin=new']);
      const text = one.anyCase
        ? 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'
        : 'Duplicate tag keys found.';
      await assert.rejects(add('x', 'x'), isFault('InvalidInput', text));
      if (one.anyCase) await assert.rejects(add('x', 'X'), isFault('InvalidInput', text));
      else await add('x', 'X');
    });

    test('are refused with a key of AWS’s own', async () => {
      const fixture = await openTagged();
      await assert.rejects(
        fixture.call(tagIt, { [member]: name, Tags: [{ Key: 'aws:x', Value: '' }] }),
        isFault('InvalidInput', 'Tag keys must not begin with aws:.'),
      );
      assert.deepEqual(await tagsOf(fixture, one), ['origin=here']);
    });

    test('are fifty at most, also when two requests race for the last', async () => {
      const fixture = await openTagged();
      const add = (...keys: readonly string[]) =>
        fixture.call(tagIt, { [member]: name, Tags: keys.map((Key) => ({ Key, Value: '' })) });
      await add(...Array.from({ length: 48 }, (_, index) => `key-${index}`));
      const [first, second] = await Promise.allSettled([add('x'), add('y')]);
      assert.equal(first.status, 'fulfilled');
      assert.ok(second.status === 'rejected');
      assert.ok(isFault('LimitExceeded', 'The number of tags has reached the maximum limit.')(second.reason));
      assert.equal((await tagsOf(fixture, one)).length, 50);
      await add('x', 'key-7');
    });

    test('come by the page', async () => {
      const fixture = await openTagged();
      const Tags = ['c', 'b', 'a'].map((Key) => ({ Key, Value: Key }));
      await fixture.call(tagIt, { [member]: name, Tags });
      const listed = (input: object): Promise<IamTypes.ListUserTagsResponse> =>
        fixture.call(listIt, { [member]: name, MaxItems: 3, ...input });
      const first = await listed({});
      assert.deepEqual(
        first.Tags.map(({ Key }) => Key),
        ['a', 'b', 'c'],
      );
      assert.equal(first.IsTruncated, true);
      const second = await listed({ Marker: first.Marker });
      assert.deepEqual(second, { Tags: [{ Key: 'origin', Value: 'here' }], IsTruncated: false });
      await assert.rejects(listed({ Marker: 'no' }), isFault('ValidationError', 'Invalid Marker.'));
    });

    test('are asked about with the tags of the request and of the resource', async () => {
      const fixture = await openTagged();
      const resourceTags: readonly Tag[] = [{ key: 'origin', value: 'here' }];
      const resource = one.arn;
      assert.deepEqual(fixture.questions(tagIt, { [member]: name, Tags: [{ Key: 'Team', Value: 'blue' }] }), [
        {
          action: `iam:Tag${noun}`,
          resource,
          resourceTags,
          context: { 'aws:RequestTag/Team': 'blue', 'aws:TagKeys': ['Team'] },
        },
      ]);
      assert.deepEqual(fixture.questions(untagIt, { [member]: name, TagKeys: ['Team', 'x'] }), [
        { action: `iam:Untag${noun}`, resource, resourceTags, context: { 'aws:TagKeys': ['Team', 'x'] } },
      ]);
      assert.deepEqual(fixture.questions(listIt, { [member]: name }), [
        { action: `iam:List${noun}Tags`, resource, resourceTags },
      ]);
    });

    test('of what does not exist are asked about all the same, and then not found', async () => {
      const fixture = await openTagged();
      const absent = isFault('NoSuchEntity', one.absentText);
      const inputs = [
        [tagIt, { [member]: one.absentName, Tags: [{ Key: 'a', Value: '' }] }],
        [untagIt, { [member]: one.absentName, TagKeys: ['a'] }],
        [listIt, { [member]: one.absentName }],
      ] as const;
      for (const [operation, input] of inputs) {
        const [question] = fixture.questions(operation, input);
        assert.equal(question?.resource, one.absentArn);
        assert.equal(question.resourceTags, undefined);
        await assert.rejects(fixture.call(operation, input), absent);
      }
    });

    test('of another account’s are neither seen nor changed', async () => {
      const fixture = await openTagged();
      const other = await fixture.addAccount('999988887777', 'stranger');
      const stranger: Caller = { kind: 'root', account: other, accessKeyId: 'AKIASTRANGER' };
      const isRefused =
        noun === 'Policy'
          ? isFault('AccessDenied', 'Cannot update policies outside your own account.')
          : isFault('NoSuchEntity', one.absentText.replaceAll(one.absentName, name));
      const tagging = { [member]: name, Tags: [{ Key: 'a', Value: '' }] };
      assert.equal(fixture.questions(tagIt, tagging, stranger)[0]?.resourceTags, undefined);
      await assert.rejects(fixture.call(tagIt, tagging, stranger), isRefused);
      await assert.rejects(
        fixture.call(untagIt, { [member]: name, TagKeys: ['origin'] }, stranger),
        isRefused,
      );
      await assert.rejects(
        fixture.call(listIt, { [member]: name }, stranger),
        isFault('NoSuchEntity', one.absentText.replaceAll(one.absentName, name)),
      );
      assert.deepEqual(await tagsOf(fixture, one), ['origin=here']);
    });
  });
}

test('an AWS managed policy has no tags and gets none', async () => {
  const fixture = await openServiceFixture();
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  assert.deepEqual(await fixture.call(tagOperations.ListPolicyTags, { PolicyArn }), {
    Tags: [],
    IsTruncated: false,
  });
  const refused = isFault('AccessDenied', 'Cannot update policies outside your own account.');
  await assert.rejects(
    fixture.call(tagOperations.TagPolicy, { PolicyArn, Tags: [{ Key: 'a', Value: '' }] }),
    refused,
  );
  await assert.rejects(fixture.call(tagOperations.UntagPolicy, { PolicyArn, TagKeys: ['a'] }), refused);
});

test('text that is no policy ARN is not valid', async () => {
  const fixture = await openServiceFixture();
  await assert.rejects(
    fixture.call(tagOperations.ListPolicyTags, { PolicyArn: 'longpolicynamebutnoarn' }),
    isFault('ValidationError', 'ARN longpolicynamebutnoarn is not valid.'),
  );
});
