import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { describedUser, FakeIssuer } from '../../../test/authorizer-fixture.ts';
import { CallerCache, type KnownCaller, type SigningKeyScope } from './index.ts';

const scope: SigningKeyScope = {
  accessKeyId: 'AKIAADA',
  sessionToken: undefined,
  date: '20261124',
  region: 'us-east-1',
  service: 's3',
};
const anything = { Effect: 'Allow', Action: '*', Resource: '*' };

let issuer: FakeIssuer;
let callers: CallerCache;
let now: number;
let states: string[];
beforeEach(async () => {
  issuer = new FakeIssuer();
  issuer.add(describedUser('ada', [anything]));
  issuer.add(describedUser('bob', [anything]));
  now = 0;
  states = [];
  callers = new CallerCache({
    issuer,
    clock: () => now,
    maxStalenessSeconds: 60,
    onIssuer: (state) => states.push(state),
  });
  await new Promise(setImmediate);
});
afterEach(() => callers.close());

async function find(more: Partial<SigningKeyScope> = {}): Promise<KnownCaller> {
  return await callers.find({ ...scope, ...more });
}

describe('callers that are known', () => {
  test('are asked about once, however many ask at the same time', async () => {
    const [first, second] = await Promise.all([find(), find()]);
    assert.equal(first, second);
    const known = callers.find(scope);
    assert.ok(!(known instanceof Promise));
    assert.equal(issuer.asked.length, 1);
    assert.equal(known.caller.arn, 'arn:aws:iam::111122223333:user/ada');
    assert.equal(known.policies.identity.length, 1);
  });

  test('are another for each token, day, Region and service', async () => {
    await find();
    for (const other of [
      { sessionToken: 'token' },
      { date: '20261125' },
      { region: 'eu-west-1' },
      { service: 'execute-api' },
    ])
      await find(other);
    assert.equal(issuer.asked.length, 5);
  });

  test('are asked about again after something changed for their user or key, and no other', async () => {
    for (const changes of [{ principals: ['AIDAADA'] }, { accessKeys: ['AKIAADA'] }]) {
      await find();
      await find({ accessKeyId: 'AKIABOB' });
      await issuer.change(changes);
      issuer.asked.length = 0;
      await find();
      await find({ accessKeyId: 'AKIABOB' });
      assert.deepEqual(
        issuer.asked.map(({ accessKeyId }) => accessKeyId),
        ['AKIAADA'],
      );
    }
  });

  test('are forgotten when the user they are federated by changes', async () => {
    const issuerOf = { type: 'user', arn: 'arn:aws:iam::111122223333:user/bob', id: 'AIDABOB' } as const;
    const arn = 'arn:aws:sts::111122223333:federated-user/guest';
    issuer.add(
      describedUser('ada', [anything], {
        principal: { type: 'federated-user', account: '111122223333', arn, issuer: issuerOf },
        principalId: '111122223333:guest',
      }),
    );
    await find();
    await issuer.change({ principals: ['AIDABOB'] });
    await find();
    assert.equal(issuer.asked.length, 2);
  });

  test('are all forgotten when anything may have changed', async () => {
    await find();
    await issuer.change({ everything: true });
    await find();
    assert.equal(issuer.asked.length, 2);
  });

  test('are not kept from an answer that is older than a change that was heard of', async () => {
    issuer.sequence = 5;
    await issuer.change({});
    issuer.sequence = 1;
    await find();
    assert.equal(issuer.asked.length, 3);
    await find();
    assert.equal(issuer.asked.length, 6);
  });

  test('who are refused are not kept', async () => {
    for (let tries = 1; tries <= 2; tries++) {
      await assert.rejects(find({ accessKeyId: 'AKIANOBODY' }), {
        code: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      });
      assert.equal(issuer.asked.length, tries);
    }
  });

  test('are dropped one by one when there are too many', async () => {
    const few = new CallerCache({ issuer, clock: () => now, maxStalenessSeconds: 60, mostCallers: 1 });
    await new Promise(setImmediate);
    await few.find(scope);
    await few.find({ ...scope, accessKeyId: 'AKIABOB' });
    assert.ok(!(few.find({ ...scope, accessKeyId: 'AKIABOB' }) instanceof Promise));
    await few.find(scope);
    assert.equal(issuer.asked.length, 3);
    await few.close();
  });

  test('are not asked about without limit', async () => {
    const many = Array.from({ length: 65 }, (_, index) => find({ accessKeyId: `AKIA${index}` }));
    const outcomes = await Promise.allSettled(many);
    assert.equal(issuer.asked.length, 64);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : '')).slice(63),
      ['InvalidClientTokenId', 'IssuerUnavailable'],
    );
  });
});

describe('an issuer that is away', () => {
  test('leaves those who are known known for as long as is allowed, and not a moment longer', async () => {
    await find();
    await issuer.silence();
    issuer.isAway = true;
    now = 60_000;
    assert.ok(!(callers.find(scope) instanceof Promise));
    now += 1;
    assert.equal(callers.isCurrent(), false);
    await assert.rejects(find(), { code: 'IssuerUnavailable', message: 'the issuer cannot be reached' });
  });

  test('does not become longer known by a clock that is set back', async () => {
    now = 100_000;
    await issuer.silence();
    issuer.isAway = true;
    now = 39_999;
    assert.equal(callers.isCurrent(), false);
  });

  test('leaves others unknown', async () => {
    issuer.isAway = true;
    await assert.rejects(find(), { code: 'IssuerUnavailable', message: 'the issuer cannot be reached' });
  });

  test('is told of once when it goes and once when it comes back', async () => {
    issuer.isAway = true;
    await issuer.silence();
    while (states.length === 0) await new Promise(setImmediate);
    issuer.isAway = false;
    await issuer.silence();
    while (states.length === 1) await new Promise(setImmediate);
    assert.deepEqual(states, ['away', 'back']);
  });
});
