import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId } from '#core/identifiers';
import { type CallService, ServiceFault } from '#servers/authorizer';
import type { ChangeSummary } from '#services/brevet';
import type { Behalf } from './buckets.ts';
import { createRemoteBuckets, type RemoteBuckets } from './remote-buckets.ts';

const account = '111122223333' as AccountId;
const user = `arn:aws:iam::${account}:user/bob`;

interface Fixture {
  readonly buckets: RemoteBuckets;
  /** What is asked of the issuer, operation by operation. */
  readonly asked: string[];
  /** The next answers of GetBucket come from here. */
  answer: () => Promise<{ owner?: string; sequence: number }>;
  isCurrent: boolean;
  fault: ServiceFault | undefined;
}

function open(): Fixture {
  const call: CallService = async (operation) => {
    fixture.asked.push(operation.name);
    if (fixture.fault !== undefined) throw fixture.fault;
    if (operation.name !== 'GetBucket') return {} as never;
    const { owner = account, sequence } = await fixture.answer();
    const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"${user}"},"Action":"s3:*","Resource":"*"}]}`;
    const policy = { text, principalIds: { [user]: 'AIDABOB' }, shown: text };
    const Description = JSON.stringify({ isRegistered: true, account: owner, context: {}, policy });
    return { Description, Sequence: sequence } as never;
  };
  const fixture: Fixture = {
    buckets: createRemoteBuckets({ call, ownerAccount: account, isCurrent: () => fixture.isCurrent }),
    asked: [],
    answer: () => Promise.resolve({ sequence: 1 }),
    isCurrent: true,
    fault: undefined,
  };
  return fixture;
}

function changes(sequence: number, more: Partial<ChangeSummary> = {}): ChangeSummary {
  return { sequence, everything: false, principals: [], accessKeys: [], buckets: [], ...more };
}

const behalf = { requester: { caller: { arn: user } } } as unknown as Behalf;

test('a bucket is asked for once, until the issuer says that it, who its policy names, or anything has changed', async () => {
  const fixture = open();
  fixture.buckets.learn(changes(1));
  for (const [change, isAskedAgain] of [
    [{}, true],
    [{}, false],
    [{ buckets: ['others'], principals: ['AIDAEVE'], accessKeys: ['AKIA'] }, false],
    [{ buckets: ['photos'] }, true],
    [{ principals: ['AIDABOB'] }, true],
    [{ everything: true }, true],
  ] as const) {
    fixture.buckets.learn(changes(1, change));
    fixture.asked.length = 0;
    await fixture.buckets.find('photos');
    await fixture.buckets.find('photos');
    assert.deepEqual(fixture.asked, isAskedAgain ? ['GetBucket'] : [], JSON.stringify(change));
  }
});

test('an answer that is older than a change that was reported meanwhile is not used', async () => {
  const fixture = open();
  fixture.buckets.learn(changes(1));
  const answers = [
    { owner: '999988887777', sequence: 1 },
    { owner: account, sequence: 2 },
  ];
  fixture.answer = () => {
    fixture.buckets.learn(changes(2, { buckets: ['photos'] }));
    return Promise.resolve(answers.shift() ?? { sequence: 2 });
  };
  assert.equal((await fixture.buckets.find('photos')).account, account);
  assert.deepEqual(fixture.asked, ['GetBucket', 'GetBucket']);
});

test('an answer from before a change that was made here is not kept', async () => {
  const fixture = open();
  fixture.buckets.learn(changes(1));
  let release = (_answer: { owner?: string; sequence: number }): void => undefined;
  fixture.answer = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  const early = fixture.buckets.find('photos');
  await fixture.buckets.deletePolicy('photos', account, behalf);
  fixture.answer = () => Promise.resolve({ sequence: 1 });
  release({ owner: '999988887777', sequence: 1 });
  await early;
  assert.equal((await fixture.buckets.find('photos')).account, account);
});

test('nothing that is known is used while changes may have been missed', async () => {
  const fixture = open();
  fixture.buckets.learn(changes(1));
  await fixture.buckets.find('photos');
  fixture.isCurrent = false;
  fixture.fault = new ServiceFault(503, { __type: 'ServiceUnavailable' });
  await assert.rejects(async () => fixture.buckets.find('photos'), {
    name: 'BucketRefused',
    code: 'Unavailable',
    message: 'the owner of the bucket cannot be asked for now',
  });
});

test('what the issuer says of a change is told, and whatever else it says is that it cannot be made', async () => {
  const fixture = open();
  for (const [type, code, message] of [
    ['BucketAlreadyExistsException', 'BucketAlreadyExists', 'said'],
    ['BucketNotFoundException', 'BucketNotFound', 'said'],
    ['MalformedPolicyDocument', 'MalformedPolicy', 'said'],
    ['AccessDeniedException', 'Unavailable', 'the bucket cannot be changed now'],
  ] as const) {
    fixture.fault = new ServiceFault(400, { __type: type, message: 'said' });
    await assert.rejects(fixture.buckets.putPolicy('photos', account, '{}', behalf), {
      name: 'BucketRefused',
      code,
      message,
    });
  }
});

test('no more than 64 buckets are asked about at once, whoever names them', async () => {
  const fixture = open();
  fixture.buckets.learn(changes(1));
  const answers: (() => void)[] = [];
  fixture.answer = () => new Promise((resolve) => answers.push(() => resolve({ sequence: 1 })));
  const found = Array.from({ length: 64 }, (_, index) => fixture.buckets.find(`bucket-${index}`));
  const again = fixture.buckets.find('bucket-0');
  await assert.rejects(async () => fixture.buckets.find('one-more'), {
    code: 'Unavailable',
    message: 'too many buckets are being asked about at once',
  });
  for (const answer of answers) answer();
  await Promise.all([...found, again]);
  fixture.answer = () => Promise.resolve({ sequence: 1 });
  await fixture.buckets.find('one-more');
  assert.equal(fixture.asked.length, 65);
});
