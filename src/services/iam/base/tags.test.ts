import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../../test/organization-fixture.ts';
import { addTags, answerTags, readTags, removeTags, requestTagContext, sortTags } from './tags.ts';

test('tags keep their case and order, and come back as they were given', () => {
  const given = [
    { Key: 'Team', Value: 'Blue' },
    { Key: 'cost', Value: '' },
  ];
  const stored = readTags(given);
  assert.deepEqual(stored, [
    { key: 'Team', value: 'Blue' },
    { key: 'cost', value: '' },
  ]);
  assert.deepEqual(answerTags(stored), given);
  assert.deepEqual(readTags(undefined), []);
});

test('two keys that differ only by case are one key given twice', () => {
  const refused = isFault(
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  );
  for (const second of ['team', 'TEAM']) {
    const tags = [
      { Key: 'team', Value: 'a' },
      { Key: second, Value: 'b' },
    ];
    assert.throws(() => readTags(tags), refused);
  }
});

test('where case counts, only the same key given twice is refused', () => {
  const tags = (second: string) => [
    { Key: 'team', Value: 'a' },
    { Key: second, Value: 'b' },
  ];
  assert.equal(readTags(tags('Team'), 'exact-case').length, 2);
  assert.throws(
    () => readTags(tags('team'), 'exact-case'),
    isFault('InvalidInput', 'Duplicate tag keys found.'),
  );
});

test('a key of AWS’s own is refused, whatever its case', () => {
  for (const Key of ['aws:team', 'AWS:team', 'aws:']) {
    assert.throws(
      () => readTags([{ Key, Value: '' }]),
      isFault('InvalidInput', 'Tag keys must not begin with aws:.'),
    );
  }
  assert.deepEqual(readTags([{ Key: 'awsteam', Value: '' }]), [{ key: 'awsteam', value: '' }]);
});

test('an added tag takes the place of the one of its key', () => {
  const present = [
    { key: 'Team', value: 'a' },
    { key: 'cost', value: 'b' },
  ];
  const added = [{ key: 'team', value: 'c' }];
  assert.deepEqual(addTags(present, added), [
    { key: 'team', value: 'c' },
    { key: 'cost', value: 'b' },
  ]);
  assert.deepEqual(addTags(present, added, 'exact-case'), [...present, ...added]);
});

test('added tags count together with those that are there, each key once', () => {
  const present = Array.from({ length: 50 }, (_, index) => ({ key: `key-${index}`, value: '' }));
  assert.equal(addTags(present, [{ key: 'KEY-0', value: 'new' }]).length, 50);
  const refused = isFault('LimitExceeded', 'The number of tags has reached the maximum limit.');
  assert.throws(() => addTags(present, [{ key: 'one-more', value: '' }]), refused);
  assert.throws(() => addTags(present, [{ key: 'KEY-0', value: '' }], 'exact-case'), refused);
});

test('removing takes the tags of those keys and no others', () => {
  const present = [
    { key: 'Team', value: 'a' },
    { key: 'cost', value: 'b' },
  ];
  assert.deepEqual(removeTags(present, ['team', 'absent']), [{ key: 'cost', value: 'b' }]);
  assert.deepEqual(removeTags(present, ['team'], 'exact-case'), present);
});

test('lists show tags in order of their keys', () => {
  const keys = ['b', 'a', 'B', 'abc'].map((key) => ({ key, value: '' }));
  assert.deepEqual(
    sortTags(keys).map(({ key }) => key),
    ['B', 'a', 'abc', 'b'],
  );
});

test('a resource has up to fifty tags', () => {
  const tags = Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}`, Value: '' }));
  assert.equal(readTags(tags.slice(1)).length, 50);
  assert.throws(
    () => readTags(tags),
    isFault('LimitExceeded', 'The number of tags has reached the maximum limit.'),
  );
});

test('policy sees each tag of the request and the list of their keys', () => {
  const tags = [
    { key: 'Team', value: 'Blue' },
    { key: 'cost', value: '' },
  ];
  assert.deepEqual(requestTagContext(tags), {
    'aws:RequestTag/Team': 'Blue',
    'aws:RequestTag/cost': '',
    'aws:TagKeys': ['Team', 'cost'],
  });
});

test('a request without tags has neither condition key, so that Null conditions see it', () => {
  assert.deepEqual(requestTagContext([]), {});
});
