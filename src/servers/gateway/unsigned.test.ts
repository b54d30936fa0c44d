import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { type StartedGateway, startGateway } from '../../../test/gateway-fixture.ts';
import { type RawAnswer, sendS3 } from '../../../test/raw-s3.ts';
import { type RecordingStore, startRecordingStore } from '../../../test/recording-store.ts';

let store: RecordingStore;
let gateway: StartedGateway;

before(async () => {
  store = await startRecordingStore();
  gateway = await startGateway({ storeEndpoint: store.endpoint });
  const Statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: ['s3:GetObject', 's3:DeleteObject'],
    Resource: 'arn:aws:s3:::photos/*',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await gateway.s3(gateway.service.root).send(new PutBucketPolicyCommand({ Bucket: 'photos', Policy }));
});
after(async () => {
  await gateway.stop();
  await store.close();
});

function send(method: string, target: string, body?: string): Promise<RawAnswer> {
  const rawHeaders = ['host', new URL(gateway.endpoint).host];
  const more = body === undefined ? { length: null } : {};
  return sendS3(gateway.endpoint, { method, target, rawHeaders, body: body ?? '' }, more);
}

test('nobody chooses the headers of an answer without signing', async () => {
  assert.equal((await send('GET', '/photos/a')).status, 200);
  const before = store.requests.length;
  const answer = await send('GET', '/photos/a?response-content-type=text%2Fhtml');
  assert.deepEqual(
    [answer.status, answer.code, answer.message],
    [400, 'InvalidRequest', 'Request specific response headers cannot be used for anonymous GET requests.'],
  );
  assert.equal(store.requests.length, before);
});

test('a body that nobody signed is read up to 64 KiB before it is decided', async () => {
  const deletion = (length: number): string => {
    const [start, end] = ['<Delete><Object><Key>a</Key></Object>', '</Delete>'];
    return `${start}${' '.repeat(length - start.length - end.length)}${end}`;
  };
  assert.equal((await send('POST', '/photos?delete', deletion(65_536))).status, 200);
  const before = store.requests.length;
  const answer = await send('POST', '/photos?delete', deletion(65_537));
  assert.deepEqual(
    [answer.status, answer.code, answer.message],
    [400, 'MaxMessageLengthExceeded', 'Your request was too big.'],
  );
  assert.equal(store.requests.length, before);
});
