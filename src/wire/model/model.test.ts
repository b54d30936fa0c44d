import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountOperations, iamOperations, serviceModels, stsOperations } from './index.ts';
import { linkService, type ServiceTable } from './link.ts';
import { patches } from './patches.ts';
import type { Shape } from './shapes.ts';

const tiny: ServiceTable = {
  service: 'account',
  protocol: 'rest-json',
  apiVersion: '2021-02-01',
  serviceId: 'Account',
  signingName: 'account',
  operations: { Do: { http: { method: 'POST', uri: '/do' }, input: 'Missing', errors: [] } },
  shapes: {},
};

/** The names of structures from which a shape can be reached again. */
function selfContaining(shape: Shape, path: readonly string[] = []): readonly string[] {
  switch (shape.type) {
    case 'structure':
      if (path.includes(shape.name)) return [shape.name];
      return shape.members.flatMap((member) => selfContaining(member.shape, [...path, shape.name]));
    case 'list':
      return selfContaining(shape.member, path);
    case 'map':
      return selfContaining(shape.value, path);
    default:
      return [];
  }
}

describe('the service models', () => {
  test('know all 11 operations of STS and all 176 of IAM', () => {
    assert.equal(serviceModels.sts.operations.size, 11);
    assert.equal(serviceModels.iam.operations.size, 176);
    assert.equal(Object.keys(iamOperations).length, 176);
  });

  test('say which two operations are called without a signature', () => {
    const unsigned = [...serviceModels.sts.operations.values()].filter((operation) => operation.noAuth);
    assert.deepEqual(
      unsigned.map((operation) => operation.name),
      ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'],
    );
    assert.equal(
      [...serviceModels.iam.operations.values()].some((operation) => operation.noAuth),
      false,
    );
  });

  test('give an operation its service, wrapper and declared errors', () => {
    const { AssumeRole } = stsOperations;
    assert.equal(AssumeRole.service, serviceModels.sts);
    assert.equal(AssumeRole.resultWrapper, 'AssumeRoleResult');
    assert.deepEqual(
      AssumeRole.errors.map((shape) => shape.error?.code),
      ['MalformedPolicyDocument', 'PackedPolicyTooLarge', 'RegionDisabledException', 'ExpiredTokenException'],
    );
    assert.equal(accountOperations.DisableRegion.http.uri, '/disableRegion');
  });

  test('leave AssumeRole.Policy without a maximum, as the newest model does', () => {
    const policy = stsOperations.AssumeRole.input?.members.find((member) => member.name === 'Policy');
    assert.equal(policy?.shape.type === 'string' && policy.shape.max, undefined);
  });

  test('have the status of a modelled error from its trait, and 500 for a fault of the service', () => {
    assert.equal(serviceModels.iam.errors.get('NoSuchEntity')?.error?.status, 404);
    assert.equal(serviceModels.organizations.errors.get('ServiceException')?.error?.status, 500);
    assert.equal(serviceModels.organizations.errors.get('AccessDeniedException')?.error?.status, 400);
  });

  test('never let the input of a query operation contain itself, so that its depth is bounded by the model', () => {
    for (const service of [serviceModels.sts, serviceModels.iam]) {
      for (const { input } of service.operations.values()) {
        assert.deepEqual(input === undefined ? [] : selfContaining(input), []);
      }
    }
  });
});

describe('the corrections', () => {
  test('each give a reason and reach a shape', () => {
    for (const patch of patches) {
      assert.ok(patch.reason.length > 20, patch.shape);
      assert.ok(serviceModels[patch.service].shapes.has(patch.shape), patch.shape);
    }
  });

  test('let a source identity have 256 characters', () => {
    const shape = serviceModels.sts.shapes.get('sourceIdentityType');
    assert.equal(shape?.type === 'string' && shape.max, 256);
  });

  test('keep MFA codes out of messages', () => {
    for (const [service, name] of [
      ['sts', 'tokenCodeType'],
      ['iam', 'authenticationCodeType'],
    ] as const) {
      const shape = serviceModels[service].shapes.get(name);
      assert.equal(shape?.type === 'string' && shape.sensitive, true);
    }
  });

  test('write members in the order of the wire, those not named last', () => {
    const names = (shape: Shape | undefined): readonly string[] =>
      shape?.type === 'structure' ? shape.members.map((member) => member.name) : [];
    assert.deepEqual(names(stsOperations.GetCallerIdentity.output), ['Arn', 'UserId', 'Account']);
    assert.deepEqual(names(stsOperations.AssumeRoleWithWebIdentity.output), [
      'Audience',
      'AssumedRoleUser',
      'Provider',
      'Credentials',
      'SubjectFromWebIdentityToken',
      'PackedPolicySize',
      'SourceIdentity',
    ]);
  });
});

describe('linking a table', () => {
  test('refuses a shape that is not defined', () => {
    assert.throws(() => linkService(tiny), { message: 'account has no structure Missing' });
    const dangling: ServiceTable = {
      ...tiny,
      operations: {},
      shapes: { A: { type: 'list', member: 'B' } },
    };
    assert.throws(() => linkService(dangling), {
      message: 'a model names a shape that it does not define: B',
    });
  });

  test('refuses an operation that is not defined', () => {
    const { operation } = linkService({ ...tiny, operations: {} });
    assert.throws(() => operation('Do'), { message: 'account has no operation Do' });
  });

  test('follows a structure that contains itself', () => {
    const { model } = linkService({
      ...tiny,
      operations: {},
      shapes: { Tree: { type: 'structure', members: { Left: 'Tree' } } },
    });
    const tree = model.shapes.get('Tree');
    assert.equal(tree?.type === 'structure' && tree.members[0]?.shape, tree);
  });
});
