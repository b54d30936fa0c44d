/**
 * What the gateway is compared with, over `node:http` alone: `store` answers a kilobyte, or as many bytes as the path's last part says, and
 * takes any upload; `proxy` streams to a store and back and looks at nothing. Tells its port over IPC.
 */
import { Agent, createServer, request as openRequest, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const reply = 'x'.repeat(1024);
const piece = Buffer.alloc(65_536, 'x');
const [kind, storePort] = process.argv.slice(2);

function* bytes(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= piece.length)
    yield left < piece.length ? piece.subarray(0, left) : piece;
}

const answerAsStore: RequestListener = (request, response) => {
  const length = Number(/\/large-(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
  if (request.method === 'PUT') {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-length': 0 }).end());
  } else if (length === 0) response.writeHead(200, { 'content-length': reply.length }).end(reply);
  else {
    response.writeHead(200, { 'content-length': length });
    Readable.from(bytes(length)).pipe(response);
  }
};

const agent = new Agent({ keepAlive: true });

const answerAsProxy: RequestListener = (request, response) => {
  const outgoing = openRequest({
    agent,
    host: '127.0.0.1',
    port: Number(storePort),
    method: request.method,
    path: request.url,
    headers: request.rawHeaders,
  });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    pipeline(answer, response).catch(() => response.destroy());
  });
  pipeline(request, outgoing).catch(() => response.destroy());
};

const server = createServer(kind === 'proxy' ? answerAsProxy : answerAsStore);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
