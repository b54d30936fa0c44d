import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { minimalInput } from './minimal-input.ts';
import { actionOf, notBuilt, type Sweep, startSweep } from './sweep.ts';

let sweep: Sweep;

before(async () => {
  sweep = await startSweep();
});
after(() => sweep.stop());

describe('every operation that is known and not built', () => {
  for (const { model, unsupported } of notBuilt) {
    test(`${actionOf(model)} says so, to a signed caller, in its service's protocol`, async () => {
      const { error, status } = await sweep.call(model, minimalInput(model));
      assert.deepEqual(
        [status, error?.code, error?.message],
        [
          400,
          model.service.protocol === 'query' ? 'UnsupportedOperation' : 'UnsupportedOperationException',
          `Brevet does not support ${actionOf(model)}. docs/coverage.md lists what it does.`,
        ],
      );
      assert.match(unsupported, /^\S.*[^.\s]$/);
    });
  }
});
