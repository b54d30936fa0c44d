import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globalRegion, isEnabledByDefault, isRegion, regionNames } from './index.ts';

test('there are the seventeen Regions that are on by default, and those to opt in to', () => {
  assert.equal(regionNames.filter(isEnabledByDefault).length, 17);
  assert.ok(regionNames.filter((name) => !isEnabledByDefault(name)).includes('me-central-1'));
  assert.deepEqual(regionNames, [...new Set(regionNames)].sort());
  assert.ok(regionNames.every(isRegion));
});

test('the global Region is one that is on by default', () => {
  assert.equal(globalRegion, 'us-east-1');
  assert.ok(isEnabledByDefault(globalRegion));
});

test('what is not a name of the partition is no Region', () => {
  for (const name of [
    '',
    'US-EAST-1',
    'us-east-9',
    'aws-global',
    'cn-north-1',
    'us-gov-west-1',
    'localhost',
    'constructor',
  ]) {
    assert.ok(!isRegion(name), name);
    assert.ok(!isEnabledByDefault(name), name);
  }
});
