import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OperationModel } from '#wire/model';
import { minimalInput } from './minimal-input.ts';
import { actionOf, built, type Sweep, startSweep } from './sweep.ts';

let sweep: Sweep;

before(async () => {
  sweep = await startSweep();
});
after(() => sweep.stop());

/** Faults any service may answer with and that no model declares, in both spellings (STS and IAM API references, "Common Errors"). */
const commonCodes: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ValidationError',
  'ValidationException',
]);

function declares(operation: OperationModel, code: string): boolean {
  return operation.errors.some(({ error }) => error?.code === code);
}

describe("every built operation, called through the AWS SDK's client of its service", () => {
  for (const { model } of built) {
    test(`${actionOf(model)} answers with an output or an error that its model knows`, async () => {
      const { status, output, error, requestId } = await sweep.call(model, minimalInput(model));
      assert.match(requestId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      if (error === undefined) {
        assert.equal(status, model.http.status);
        const required = model.output?.members.filter((member) => member.required) ?? [];
        for (const { name } of required) assert.notEqual(output?.[name], undefined, name);
        return;
      }
      assert.ok(
        declares(model, error.code) || commonCodes.has(error.code),
        `${error.code}: ${error.message} is no error of ${model.name}`,
      );
      assert.ok(status >= 400 && status < 500, `${status}`);
      assert.notEqual(error.message, '');
    });
  }
});
