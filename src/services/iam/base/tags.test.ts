import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../../test/organization-fixture.ts';
import { answerTags, readTags, requestTagContext } from './tags.ts';

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

test('a resource has up to fifty tags', () => {
  const tags = Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}`, Value: '' }));
  assert.equal(readTags(tags.slice(1)).length, 50);
  assert.throws(
    () => readTags(tags),
    isFault('LimitExceeded', 'Cannot exceed quota for TagsPerResource: 50'),
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
