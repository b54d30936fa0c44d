import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OperationModel } from '#wire/model';
import { minimalInput } from './minimal-input.ts';
import { actionOf, built, type Reply, type Sweep, startSweep } from './sweep.ts';

let sweep: Sweep;

before(async () => {
  sweep = await startSweep();
});
after(() => sweep.stop());

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What the service says when this member alone is missing. Organizations names no member (API Reference, InvalidInputException). */
function expected({ service }: OperationModel, member: string): Reply['error'] {
  const path = lowerFirst(member);
  const constraint = 'Member must not be null';
  const sentence = (value: string): string =>
    `1 validation error detected: Value${value} at '${path}' failed to satisfy constraint: ${constraint}`;
  switch (service.service) {
    case 'iam':
      return { code: 'ValidationError', name: 'ValidationError', message: sentence(''), members: {} };
    case 'sts':
      return { code: 'ValidationError', name: 'ValidationError', message: sentence(' null'), members: {} };
    case 'organizations':
      return {
        code: 'InvalidInputException',
        name: 'InvalidInputException',
        message: 'You must include a value for all required parameters.',
        members: { Reason: 'INPUT_REQUIRED' },
      };
    case 'brevet':
    case 'cloudtrail':
    case 'rolesanywhere':
      return {
        code: 'ValidationException',
        name: 'ValidationException',
        message: sentence(' null'),
        members: {},
      };
    case 'eks':
    case 'eks-auth':
      return {
        code: 'InvalidParameterException',
        name: 'InvalidParameterException',
        message: sentence(' null'),
        members: {},
      };
    default:
      return {
        code: 'ValidationException',
        name: 'ValidationException',
        message: sentence(' null'),
        members: {
          reason: 'fieldValidationFailed',
          fieldList: [{ name: path, message: constraint }],
        },
      };
  }
}

describe('every required parameter of every built operation', () => {
  for (const { model } of built) {
    // Without a part of its path a request is for something else, and no client of AWS's sends it.
    const required =
      model.input?.members.filter((member) => member.required && member.location !== 'uri') ?? [];
    for (const { name } of required) {
      test(`${actionOf(model)} without ${name} is refused in its name`, async () => {
        const { [name]: _missing, ...rest } = minimalInput(model);
        const { error, status } = await sweep.call(model, rest);
        const { members, ...said } = error ?? { members: {} };
        const { members: expectedMembers = {}, ...toSay } = expected(model, name) ?? {};
        assert.deepEqual([status, said], [400, toSay]);
        for (const [member, value] of Object.entries(expectedMembers))
          assert.deepEqual(members[member as never], value);
      });
    }
  }
});
