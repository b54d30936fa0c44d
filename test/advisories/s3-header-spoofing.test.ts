/**
 * Header spoofing: what a client says of its address or of headers that a proxy sets (X-Forwarded-For and its kin, Connection naming headers
 * that are to be dropped) decides nothing and reaches no store.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type StartedGateway, startGateway } from '../gateway-fixture.ts';
import { sendS3, signS3 } from '../raw-s3.ts';
import { type RecordingStore, startRecordingStore } from '../recording-store.ts';

let store: RecordingStore;
let gateway: StartedGateway;
before(async () => {
  store = await startRecordingStore();
  gateway = await startGateway({ storeEndpoint: store.endpoint });
});
after(async () => {
  await gateway.stop();
  await store.close();
});

test('the address that policies see is the peer’s', async () => {
  const from = (address: string) => [
    {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: '*',
      Condition: { IpAddress: { 'aws:SourceIp': address } },
    },
  ];
  const inside = await gateway.addUser('inside', from('192.0.2.0/24'));
  const here = await gateway.addUser('here', from('127.0.0.1/32'));
  for (const [credentials, status] of [
    [inside, 403],
    [here, 200],
  ] as const) {
    const headers = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-amz-source-ip'].map(
      (name) => [name, name === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1'] as const,
    );
    const request = signS3(gateway.endpoint, { method: 'GET', target: '/photos/a', headers }, credentials);
    assert.equal((await sendS3(gateway.endpoint, request, { length: null })).status, status);
  }
});

test('nothing but what was decided about reaches the store', async () => {
  const headers = [
    ['x-forwarded-host', 'other'],
    ['x-http-method-override', 'DELETE'],
    ['cookie', 'a=b'],
    ['x-amz-meta-kept', 'yes'],
  ] as const;
  const request = signS3(gateway.endpoint, { target: '/photos/a', headers, body: 'a' }, gateway.service.root);
  await sendS3(gateway.endpoint, request, { extra: 'x-minio-extract: true\r\n' });
  const sent = store.requests.at(-1)?.rawHeaders.filter((_, index) => index % 2 === 0);
  assert.deepEqual(sent?.map((name) => name.toLowerCase()).sort(), [
    'authorization',
    'content-length',
    'host',
    'x-amz-content-sha256',
    'x-amz-date',
    'x-amz-meta-kept',
  ]);
});
