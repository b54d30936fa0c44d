import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import type { WireRequest, WireResponse } from '#pipeline';
import { type ApiServer, bodyLimitBytes, createApiServer } from './index.ts';

let api: ApiServer;
let port = 0;
const requests: WireRequest[] = [];
const connectionErrors: Error[] = [];
let answerWith: (request: WireRequest) => Promise<WireResponse> = async ({ body }) => ({
  status: 200,
  headers: {},
  body: String(body.length),
});

before(async () => {
  api = createApiServer({
    handle: async (request) => {
      requests.push(request);
      return await answerWith(request);
    },
    onConnectionError: (error) => connectionErrors.push(error),
  });
  api.server.listen(0, '127.0.0.1');
  await once(api.server, 'listening');
  port = (api.server.address() as AddressInfo).port;
});
after(() => api.close(0));
afterEach(() => {
  requests.length = 0;
  connectionErrors.length = 0;
});

/** Everything the server sends on one connection until it closes it. */
async function talk(write: (socket: Socket) => void): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  // A server that has answered may reset what is still being sent.
  socket.on('error', (error: NodeJS.ErrnoException) => assert.match(String(error.code), /ECONNRESET|EPIPE/));
  await once(socket, 'connect');
  write(socket);
  await once(socket, 'close');
  return received;
}

describe('the door for AWS clients', () => {
  test('hands on method, raw target, raw headers, body and address as they came', async () => {
    const received = await talk((socket) =>
      socket.end(
        'POST /a%2Fb?x=1&x=2 HTTP/1.1\r\nHost: sts\r\nX-Amz-Meta: one\r\nx-amz-meta: two\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
      ),
    );
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
    const [request] = requests;
    assert.equal(request?.method, 'POST');
    assert.equal(request.target, '/a%2Fb?x=1&x=2');
    assert.deepEqual(request.rawHeaders.slice(2, 6), ['X-Amz-Meta', 'one', 'x-amz-meta', 'two']);
    assert.equal(Buffer.from(request.body).toString(), 'abc');
    assert.equal(request.sourceIp, '127.0.0.1');
    assert.equal(request.secure, false);
  });

  test('answers pipelined requests in order', async () => {
    answerWith = async ({ target }) => ({ status: 200, headers: {}, body: `<${target}>` });
    const one = 'GET /1 HTTP/1.1\r\nHost: x\r\n\r\n';
    const two = 'GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const received = await talk((socket) => socket.end(one + two));
    assert.deepEqual(received.match(/<\/\d>/g), ['</1>', '</2>']);
  });

  test('sends no body in answer to HEAD', async () => {
    const received = await talk((socket) =>
      socket.end('HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    );
    assert.match(received, /\r\n\r\n$/);
  });

  test('refuses an announced body over the limit without reading it', async () => {
    const received = await talk((socket) =>
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bodyLimitBytes + 1}\r\n\r\n`),
    );
    assert.match(received, /^HTTP\/1\.1 413 /);
    assert.equal(requests.length, 0);
  });

  test('refuses a chunked body that grows over the limit', async () => {
    const chunk = Buffer.alloc(1_000_000, 'a');
    const received = await talk((socket) => {
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let index = 0; index < 11; index++) {
        socket.write(`${chunk.length.toString(16)}\r\n`);
        socket.write(chunk);
        socket.write('\r\n');
      }
    });
    assert.match(received, /^HTTP\/1\.1 413 /);
    assert.equal(requests.length, 0);
  });

  test('refuses long bodies while others fill the memory there is for them, and short ones never', async (t) => {
    const small = createApiServer({
      handle: async ({ body }) => ({ status: 200, headers: {}, body: String(body.length) }),
      longBodiesLimitBytes: 1_000_000,
      onConnectionError: () => undefined,
    });
    t.after(() => small.close(0));
    small.server.listen(0, '127.0.0.1');
    await once(small.server, 'listening');
    const smallPort = (small.server.address() as AddressInfo).port;
    const open = (length: number): Socket => {
      const socket = connect(smallPort, '127.0.0.1');
      // A server that has answered may reset what is still being sent.
      socket.on('error', () => undefined);
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
      return socket;
    };
    const post = async (length: number): Promise<string | undefined> => {
      const socket = open(length);
      const answer = new Promise<string>((resolve) =>
        socket.once('data', (data) => resolve(data.toString('latin1'))),
      );
      socket.write(Buffer.alloc(length, 'a'));
      const status = /^HTTP\/1\.1 (\d+)/.exec(await answer)?.[1];
      socket.destroy();
      return status;
    };
    const begun = once(small.server, 'request');
    const holding = open(2_000_000);
    const [request, response] = await begun;
    const came = new Promise<void>((resolve) => {
      let length = 0;
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length === 1_000_000) resolve();
      });
    });
    holding.write(Buffer.alloc(1_000_000, 'a'));
    await came;
    assert.equal(await post(400_000), '503');
    assert.equal(await post(100_000), '200');
    const gone = once(response, 'close');
    holding.destroy();
    await gone;
    assert.equal(await post(400_000), '200');
  });

  test('reads a body of exactly the limit', async () => {
    answerWith = async ({ body }) => ({ status: 200, headers: {}, body: String(body.length) });
    const received = await talk((socket) => {
      socket.write(
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bodyLimitBytes}\r\nConnection: close\r\n\r\n`,
      );
      socket.end(Buffer.alloc(bodyLimitBytes, 'a'));
    });
    assert.match(received, new RegExp(`${bodyLimitBytes}$`));
  });

  test('hands on nothing of a request that was cut off', async () => {
    await talk((socket) => {
      socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    });
    assert.equal(requests.length, 0);
    assert.ok(connectionErrors.length > 0);
  });

  const notHttp: Record<string, string> = {
    'what is not HTTP': 'hello\r\n\r\n',
    'two lengths that differ':
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
    'a length beside chunks':
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a header with a line feed in its name': 'GET / HTTP/1.1\r\nHost: x\r\nBad\nName: 1\r\n\r\n',
    'a head over the limit': `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
    'no host': 'GET / HTTP/1.1\r\n\r\n',
  };
  for (const [name, bytes] of Object.entries(notHttp)) {
    test(`refuses ${name} and closes the connection`, async () => {
      const received = await talk((socket) => socket.write(bytes));
      assert.match(received, /^HTTP\/1\.1 4\d\d /);
      assert.doesNotMatch(received, /node:|at .*\.ts/);
      assert.equal(requests.length, 0);
    });
  }

  test('gives up clients that never come to an end, whatever part they are slow with', async () => {
    const impatient = createApiServer({
      handle: (request) => answerWith(request),
      patience: { headMs: 100, requestMs: 200, checkedEveryMs: 20 },
      onConnectionError: () => undefined,
    });
    impatient.server.listen(0, '127.0.0.1');
    await once(impatient.server, 'listening');
    const patientPort = port;
    port = (impatient.server.address() as AddressInfo).port;
    for (const slow of [
      'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab',
    ]) {
      const received = await talk((socket) => socket.write(slow));
      assert.match(received, /^(HTTP\/1\.1 408 Request Timeout\r\n|$)/);
    }
    port = patientPort;
    assert.equal(requests.length, 0);
    await impatient.close(0);
  });

  test('cuts the connection when an answer cannot be made, and says so to its owner', async () => {
    answerWith = () => Promise.reject(new Error('broken corridor'));
    const received = await talk((socket) => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    assert.equal(received, '');
    assert.equal(connectionErrors[0]?.message, 'broken corridor');
  });
});
