import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OperationModel } from '#wire/model';
import { actionOf, built, type Sweep, startSweep } from '../sweeps/sweep.ts';
import { type Fields, type Known, steps } from './walk.ts';

let sweep: Sweep;
const known: Known = { values: new Map(), credentials: new Map() };

before(async () => {
  sweep = await startSweep();
});
after(() => sweep.stop());

/** The walk has text where the SDK for JavaScript takes bytes. */
function withBytes({ input: shape }: OperationModel, input: Fields): Fields {
  const bytes = (shape?.members ?? []).flatMap(({ name, shape: { type } }) =>
    type === 'blob' && typeof input[name] === 'string' ? [[name, Buffer.from(input[name])]] : [],
  );
  return { ...input, ...Object.fromEntries(bytes) };
}

describe('the AWS SDK for JavaScript', () => {
  const walked = new Set<string>();
  for (const [index, { service, operation, input, as, read }] of steps.entries()) {
    const found = built.find(({ model }) => actionOf(model) === `${service}:${operation}`);
    walked.add(`${service}:${operation}`);
    test(`step ${index + 1}: ${service}:${operation}${as === undefined ? '' : ` as ${as}`}`, async () => {
      assert.ok(found);
      const credentials = as === undefined ? undefined : known.credentials.get(as);
      const { output, error } = await sweep.call(
        found.model,
        withBytes(found.model, input(known)),
        credentials,
      );
      assert.ok(output, `${error?.code}: ${error?.message}`);
      read?.(output, known);
    });
  }

  test('has walked every built operation of AWS', () => {
    // The input of the first comes out of a refusal, which a client shows only in a header; the second has nothing to describe. The others
    // need somebody who vouches, or a certificate: web-identity.test.ts, pod-identity.test.ts and roles-anywhere.test.ts walk them.
    const aside = new Set([
      'sts:DecodeAuthorizationMessage',
      'organizations:DescribeEffectivePolicy',
      'sts:AssumeRoleWithWebIdentity',
      'rolesanywhere:CreateSession',
      'rolesanywhere:GetSubject',
      'eks-auth:AssumeRoleForPodIdentity',
    ]);
    const missing = built
      .filter(({ model }) => model.service.service !== 'brevet')
      .map(({ model }) => actionOf(model))
      .filter((action) => !walked.has(action) && !aside.has(action));
    assert.deepEqual(missing, []);
  });
});
