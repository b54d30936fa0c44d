/**
 * Request smuggling (CWE-444): a request whose end two servers see in different places carries a second one past the first server's checks.
 * The gateway refuses every shape of it, and writes each request to the store anew.
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

const smuggled = 'GET /photos/secret HTTP/1.1\r\nHost: store\r\n\r\n';
const shapes: readonly (readonly [string, string, number | null])[] = [
  ['a length and a coding', 'transfer-encoding: chunked\r\n', 5],
  ['two lengths', 'content-length: 3\r\n', 5],
  ['a coding that is none', 'transfer-encoding: xchunked\r\n', null],
  ['a coding twice', 'transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n', null],
  ['a coding after another', 'transfer-encoding: chunked, identity\r\n', null],
  ['a coding with a space before the colon', 'transfer-encoding : chunked\r\n', null],
  ['a folded coding', 'transfer-encoding:\r\n chunked\r\n', 5],
  ['a length that is no number', 'content-length: 5, 5\r\n', null],
  ['a signed length', 'content-length: +5\r\n', null],
  ['a second host', 'host: other\r\n', 5],
];
for (const [what, extra, length] of shapes)
  test(`a request with ${what} is refused`, async () => {
    const declared = 'UNSIGNED-PAYLOAD';
    const request = signS3(gateway.endpoint, { target: '/photos/smuggled', declared }, gateway.service.root);
    const answer = await sendS3(
      gateway.endpoint,
      { ...request, body: `0\r\n\r\n${smuggled}` },
      { extra, length },
    );
    assert.ok(answer.status >= 400 && answer.status < 600, `${answer.status} ${answer.head}`);
    assert.deepEqual(store.requests, []);
  });

for (const [what, method, extra, message] of [
  ['two hosts', 'PUT', 'host: other\r\n', 'The request has more than one host header.'],
  [
    'two expectations',
    'PUT',
    'expect: 100-continue\r\n'.repeat(2),
    'The request has more than one expect header.',
  ],
  ['a body that its method has not', 'GET', '', 'A GET request has no body.'],
] as const)
  test(`a request with ${what}, which the parser lets through, is refused by the gateway itself`, async () => {
    const signed = { method, target: '/photos/smuggled', declared: 'UNSIGNED-PAYLOAD' };
    const request = signS3(gateway.endpoint, signed, gateway.service.root);
    const answer = await sendS3(gateway.endpoint, { ...request, body: smuggled }, { extra });
    assert.deepEqual([answer.status, answer.code, answer.message], [400, 'InvalidRequest', message]);
    assert.deepEqual(store.requests, []);
  });
