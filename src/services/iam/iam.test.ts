import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iam } from './index.ts';
import { unsupportedOperations } from './unsupported.ts';

test('an operation that is built is not listed as unsupported as well', () => {
  for (const [name, operation] of Object.entries(iam)) {
    const isListed = Object.hasOwn(unsupportedOperations, name);
    assert.equal('unsupported' in operation, isListed, name);
  }
});
