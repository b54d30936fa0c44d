import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GetFederationTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { type Serving, startServing } from '../serve-process.ts';
import { sessionText } from '../sign-in-fixture.ts';
import { credentialsOf } from '../started-service.ts';

let dataDirectory = '';
let serving: Serving;

before(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-sign-in-workers-'));
  serving = await startServing({ dataDirectory, arguments: ['--workers', '2'] });
});
after(async () => {
  await serving.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly cookie: string;
}

/** A request on a connection of its own: these are dealt out to the workers in turn. */
function get(path: string, cookie = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = cookie === '' ? {} : { cookie };
    request(`${serving.endpoint}${path}`, { agent: false, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => {
        const [set = ''] = response.headers['set-cookie'] ?? [];
        resolve({ status: response.statusCode ?? 0, body, cookie: set.split(';')[0] ?? '' });
      });
    })
      .on('error', reject)
      .end();
  });
}

const eight = <Result>(step: () => Promise<Result>): Promise<readonly Result[]> =>
  Promise.all(Array.from({ length: 8 }, step));

test('a sign-in is one in every worker, from its token to its end', async () => {
  const client = new STSClient({
    endpoint: serving.endpoint,
    region: 'us-east-1',
    credentials: await serving.root(),
  });
  const session = credentialsOf(await client.send(new GetFederationTokenCommand({ Name: 'ada' })));
  client.destroy();
  const asked = new URLSearchParams({ Action: 'getSigninToken', Session: sessionText(session) });
  const { body } = await get(`/federation?${asked}`);
  const { SigninToken } = JSON.parse(body) as { SigninToken: string };
  const login = new URLSearchParams({ Action: 'login', Destination: '/console', SigninToken });
  const logins = await eight(() => get(`/federation?${login}`));
  assert.deepEqual(new Set(logins.map(({ status }) => status)), new Set([302]));
  const [first] = logins;
  assert.ok(first);
  for (const { status, body: page } of await eight(() => get('/console', first.cookie))) {
    assert.equal(status, 200);
    assert.match(page, /federated-user\/ada/);
  }
  assert.equal((await get('/federation?Action=logout', first.cookie)).status, 200);
  for (const { cookie } of logins) assert.equal((await get('/console', cookie)).status, 403);
  for (const { status } of await eight(() => get(`/federation?${login}`))) assert.equal(status, 400);
});
