import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Serving, startServing } from '../serve-process.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

async function serve(context: TestContext, ...given: string[]): Promise<Serving> {
  const serving = await startServing({ dataDirectory: await temporaryDirectory(context), arguments: given });
  context.after(() => {
    serving.signal('SIGKILL');
    return serving.ended;
  });
  return serving;
}

/** A connection on which a request has begun whose body is still to come: three bytes of ten. */
async function beginRequest(serving: Serving): Promise<Socket> {
  const { hostname, port } = new URL(serving.endpoint);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head =
    'POST / HTTP/1.1\r\nHost: sts\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n';
  // The service answers this line when it has read the head, so that the request is known to be under way.
  socket.write(`${head}Expect: 100-continue\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.equal(answer.toString(), 'HTTP/1.1 100 Continue\r\n\r\n');
  socket.write('Act');
  return socket;
}

async function isRefused(serving: Serving): Promise<boolean> {
  const { hostname, port } = new URL(serving.endpoint);
  const socket = connect(Number(port), hostname);
  const refused = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(false));
    socket.once('error', () => resolve(true));
  });
  socket.destroy();
  return refused;
}

for (const [signal, ...given] of [['SIGTERM'], ['SIGINT'], ['SIGTERM', '--workers', '2']] as const) {
  test(`${[signal, ...given].join(' ')} lets the request under way finish, takes no other, and exits 0`, async (context) => {
    const serving = await serve(context, ...given);
    const socket = await beginRequest(serving);
    serving.signal(signal);
    while (!(await isRefused(serving)));
    const finished = Date.now();
    socket.write('ion=xx&');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 400 .*<Code>InvalidAction<\/Code>/s);
    assert.deepEqual(await serving.ended.then(({ code, signal: by }) => [code, by]), [0, null]);
    // Long before the connection would have been cut.
    assert.ok(Date.now() - finished < 6000);
  });
}

test('a request that never ends is cut, and the process exits 0 within ten seconds', async (context) => {
  const serving = await serve(context);
  const socket = await beginRequest(serving);
  const cut = once(socket, 'close');
  const asked = Date.now();
  serving.signal('SIGTERM');
  assert.equal((await serving.ended).code, 0);
  assert.ok(Date.now() - asked < 10_000);
  await cut;
});

test('a second signal ends the process at once', async (context) => {
  const serving = await serve(context);
  const socket = await beginRequest(serving);
  // Cut off by the end of the process, in whatever way the system cuts.
  socket.on('error', () => undefined);
  serving.signal('SIGTERM');
  while (!(await isRefused(serving)));
  const asked = Date.now();
  serving.signal('SIGTERM');
  assert.equal((await serving.ended).code, 1);
  assert.ok(Date.now() - asked < 2000);
});
