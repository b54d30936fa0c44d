import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  get,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type StartedGateway, startGateway } from '../gateway-fixture.ts';
import { sendS3, signS3 } from '../raw-s3.ts';
import { sendForm } from '../s3-form.ts';

const mebibyte = 1_048_576;
const objectBytes = 128 * mebibyte;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const store = createServer((request, response) => answer(request, response));
let gateway: StartedGateway;

before(async () => {
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  gateway = await startGateway({
    storeEndpoint: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
  });
});
after(async () => {
  await gateway.stop();
  store.closeAllConnections();
  store.close();
});

function open(method: string, target: string): RequestInit & { readonly url: string } {
  const { rawHeaders } = signS3(
    gateway.endpoint,
    { method, target, declared: 'UNSIGNED-PAYLOAD' },
    gateway.service.root,
  );
  const headers: [string, string][] = [];
  for (let index = 2; index + 1 < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return { url: gateway.endpoint + target, method, headers };
}

test('a request ends at the store when the client goes away', async () => {
  const asked = new Promise<IncomingMessage>((resolve) => {
    answer = (request) => resolve(request);
  });
  const { url, headers } = open('GET', '/photos/slow');
  const outgoing = get(url, { headers: Object.fromEntries(headers as [string, string][]) });
  outgoing.on('error', () => undefined);
  const request = await asked;
  const ended = new Promise((resolve) => request.once('error', resolve));
  outgoing.destroy();
  await ended;
});

test('half an answer of the store is no whole one to the client', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.destroy());
  };
  const { url, ...init } = open('GET', '/photos/half');
  await assert.rejects(async () => (await fetch(url, init)).text());
});

test('half a refusal of a form by the store is no whole one to the browser', async () => {
  answer = (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(507, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
  };
  const answered = await sendForm(gateway.endpoint, gateway.service.root);
  assert.equal(answered.status, 507);
  await assert.rejects(answered.text());
});

test('no bucket is made while the store cannot say whether it has one of that name', async () => {
  const asked: string[] = [];
  answer = (request, response) => {
    asked.push(request.method ?? '');
    response.writeHead(503).end();
  };
  const request = signS3(gateway.endpoint, { target: '/unsure' }, gateway.service.root);
  const { status, code } = await sendS3(gateway.endpoint, request);
  assert.deepEqual([status, code], [503, 'ServiceUnavailable']);
  assert.deepEqual(asked, ['HEAD']);
});

test('a store that is away is an error of the gateway', async () => {
  answer = (request) => request.socket.destroy();
  const request = signS3(gateway.endpoint, { method: 'GET', target: '/photos/a' }, gateway.service.root);
  const { status, code, message } = await sendS3(gateway.endpoint, request, { length: null });
  assert.deepEqual(
    [status, code, message],
    [500, 'InternalError', 'We encountered an internal error. Please try again.'],
  );
});

test('a refusal of the gateway’s own key shows no client that key', async () => {
  answer = (_request, response) => {
    response
      .writeHead(403)
      .end('<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>S3RVER</AWSAccessKeyId></Error>');
  };
  const request = signS3(gateway.endpoint, { method: 'GET', target: '/photos/a' }, gateway.service.root);
  const { status, code, body } = await sendS3(gateway.endpoint, request, { length: null });
  assert.deepEqual([status, code], [403, 'AccessDenied']);
  assert.doesNotMatch(body, /S3RVER/);
});

function* pieces(): Generator<Buffer> {
  const piece = Buffer.alloc(65_536, 'piece');
  for (let sent = 0; sent < objectBytes; sent += piece.length) yield piece;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Twice: the first may end a collection that was under way, which spares whatever came after it began. */
function collectGarbage(): void {
  collect();
  collect();
}

/** The most that memory in use outside the heap grows while the work goes on, in bytes. */
async function growthDuring(work: () => Promise<void>): Promise<number> {
  collectGarbage();
  const start = process.memoryUsage().arrayBuffers;
  let most = start;
  const watch = setInterval(() => {
    collectGarbage();
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 250);
  await work();
  clearInterval(watch);
  return most - start;
}

test('128 MiB go up and down in a memory that does not grow with them', async () => {
  let stored = 0;
  answer = (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-length': objectBytes });
      Readable.from(pieces()).pipe(response);
      return;
    }
    request.on('data', (piece: Buffer) => {
      stored += piece.length;
    });
    request.on('end', () => response.writeHead(200).end());
  };
  const up = await growthDuring(async () => {
    const { url, headers } = open('PUT', '/photos/large');
    const all = [...(headers as [string, string][]), ['content-length', String(objectBytes)]] as [
      string,
      string,
    ][];
    const outgoing = openRequest(url, { method: 'PUT', headers: Object.fromEntries(all) });
    const answered = once(outgoing, 'response');
    Readable.from(pieces()).pipe(outgoing);
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 200);
  });
  assert.equal(stored, objectBytes);
  let received = 0;
  const down = await growthDuring(async () => {
    const { url, headers } = open('GET', '/photos/large');
    const [response] = (await once(
      get(url, { headers: Object.fromEntries(headers as [string, string][]) }),
      'response',
    )) as [IncomingMessage];
    for await (const piece of response as AsyncIterable<Buffer>) received += piece.length;
  });
  assert.equal(received, objectBytes);
  assert.ok(up < objectBytes / 2, `up: ${up}`);
  assert.ok(down < objectBytes / 2, `down: ${down}`);
});
