import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitArn } from './arn-pattern.ts';

test('an ARN is split at its first five colons, empty parts and all', () => {
  assert.deepEqual(splitArn('arn:aws:sns:us-east-1:111111111111:topic:id'), [
    'arn',
    'aws',
    'sns',
    'us-east-1',
    '111111111111',
    'topic:id',
  ]);
  assert.deepEqual(splitArn(':aws::'), ['', 'aws', '', '']);
  assert.deepEqual(splitArn('*'), ['*']);
});
