import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createInstanceMetadata, type InstanceMetadata } from './instance-metadata-server.ts';
import { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';

const hourMs = 3_600_000;
const start = Date.UTC(2026, 0, 2, 3, 4, 5);
const profileArn = 'arn:aws:iam::111122223333:instance-profile/web';

let now = start;
let role: { name: string; id: string } | undefined;
let profileId: string | undefined;
let failure: Error | undefined;
let asked: string[] = [];
let door: InstanceMetadata;
let port = 0;

async function open(tokens: 'required' | 'optional' = 'required', held?: IssuedCredentials): Promise<void> {
  door = createInstanceMetadata({
    facts: {
      id: 'i-0123456789abcdef0',
      accountId: '111122223333',
      region: 'eu-west-1',
      availabilityZone: 'eu-west-1b',
      instanceType: 't3.micro',
      imageId: 'ami-00000000',
      architecture: 'x86_64',
      privateIp: '10.0.0.7',
      hostname: 'web.internal',
      startedAt: start,
    },
    source: {
      role: () => role,
      profile: () => ({ arn: profileArn, id: profileId }),
      issue: async (delivery): Promise<IssuedCredentials> => {
        asked.push(delivery);
        if (failure !== undefined) throw failure;
        return {
          accessKeyId: `ASIA${asked.length}`,
          secretAccessKey: 'secret',
          sessionToken: 'token',
          issuedAt: now,
          expiresAt: now + 6 * hourMs,
        };
      },
    },
    held,
    tokens,
    hosts: ['metadata.example.com'],
    sign: (document, at) => ({
      signature: `signature of ${document.length}`,
      pkcs7: `message of ${document.length} at ${at}`,
    }),
    clock: () => now,
    random: randomBytes,
    jitter: () => 0,
    onRefused: () => undefined,
    onFailure: () => undefined,
  });
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  ({ port } = door.server.address() as AddressInfo);
}

beforeEach(async () => {
  now = start;
  role = { name: 'web', id: 'AROA1' };
  profileId = 'AIPA1';
  failure = undefined;
  asked = [];
  await open();
});
afterEach(() => door.server.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

async function ask(
  method: string,
  path: string,
  headers: readonly string[] = [],
  host = '169.254.169.254',
): Promise<Answer> {
  const sent = request({
    port,
    host: '127.0.0.1',
    method,
    path,
    headers: ['host', host, ...headers, 'connection', 'close'],
    setHost: false,
  });
  sent.end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

const ttl = 'x-aws-ec2-metadata-token-ttl-seconds';
const tokenHeader = 'x-aws-ec2-metadata-token';

async function token(ttlSeconds = '21600'): Promise<string> {
  const answer = await ask('PUT', '/latest/api/token', [ttl, ttlSeconds]);
  assert.equal(answer.status, 200);
  return answer.body;
}

async function get(path: string): Promise<Answer> {
  return ask('GET', path, [tokenHeader, await token()]);
}

describe('a session token', () => {
  it('is given for 1 to 21600 seconds, which are echoed', async () => {
    for (const seconds of ['1', '21600']) {
      const answer = await ask('PUT', '/latest/api/token', [ttl, seconds]);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers[ttl], seconds);
      assert.equal(answer.headers['content-type'], 'text/plain');
      assert.match(answer.body, /^[A-Za-z0-9_-]{64}$/);
    }
  });

  it('is not given for another time, or for none', async () => {
    for (const seconds of ['0', '21601', '-1', '1.5', '', 'one', '100000', '1e2']) {
      assert.equal((await ask('PUT', '/latest/api/token', [ttl, seconds])).status, 400, seconds);
    }
    assert.equal((await ask('PUT', '/latest/api/token')).status, 400);
    assert.equal((await ask('PUT', '/latest/api/token', [ttl, '1', ttl, '2'])).status, 400);
  });

  it('is not given to a request that a proxy forwarded', async () => {
    const answer = await ask('PUT', '/latest/api/token', [ttl, '60', 'x-forwarded-for', '10.0.0.1']);
    assert.equal(answer.status, 403);
    assert.match(answer.body, /<h1>403 - Forbidden<\/h1>/);
  });

  it('is not given for GET, POST or OPTIONS', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE']) {
      const answer = await ask(method, '/latest/api/token', [ttl, '60']);
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.allow, 'PUT');
    }
  });

  it('opens what is read until it is over', async () => {
    const short = await token('60');
    const read = () => ask('GET', '/latest/meta-data/instance-id', [tokenHeader, short]);
    const answer = await read();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers[ttl], '60');
    assert.equal(answer.body, 'i-0123456789abcdef0');
    now += 59_999;
    assert.equal((await read()).status, 200);
    now += 1;
    assert.equal((await read()).status, 401);
    assert.equal((await read()).status, 401);
  });

  it('is over for one that was never used before its end', async () => {
    const short = await token('60');
    now += 60_000;
    assert.equal((await ask('GET', '/latest/', [tokenHeader, short])).status, 401);
  });

  it('is refused when it is missing, altered, made up, doubled or of another door', async () => {
    const good = await token();
    const altered = `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`;
    for (const bad of [
      altered,
      '',
      'x',
      good.slice(0, -1),
      `${good}A`,
      `${good.slice(0, -1)}*`,
      'A'.repeat(64),
    ]) {
      const answer = await ask('GET', '/latest/meta-data/', [tokenHeader, bad]);
      assert.equal(answer.status, 401, bad);
      assert.match(answer.body, /<title>401 - Unauthorized<\/title>/);
    }
    assert.equal((await ask('GET', '/latest/meta-data/')).status, 401);
    assert.equal(
      (await ask('GET', '/latest/meta-data/', [tokenHeader, good, tokenHeader, good])).status,
      401,
    );
    door.server.close();
    await open();
    assert.equal((await ask('GET', '/latest/meta-data/', [tokenHeader, good])).status, 401);
  });
});

describe('the door', () => {
  it('answers to addresses, localhost and the names that are listed', async () => {
    for (const host of [
      '169.254.169.254',
      `127.0.0.1:${port}`,
      '[fd00:ec2::254]',
      '[::1]:80',
      'localhost:1338',
      'LOCALHOST',
      'metadata.example.com:80',
    ])
      assert.equal((await ask('PUT', '/latest/api/token', [ttl, '60'], host)).status, 200, host);
  });

  it('refuses every other name, to which DNS could lead a browser', async () => {
    const good = await token();
    for (const host of [
      'evil.example.com',
      'evil.example.com:1338',
      '127.0.0.1.evil.example.com',
      'localhost.evil.example.com',
      '[evil]',
      '',
      '2130706433',
      '0x7f.1',
    ])
      assert.equal((await ask('GET', '/latest/meta-data/', [tokenHeader, good], host)).status, 403, host);
    const doubled = await ask('GET', '/latest/meta-data/', ['host', '127.0.0.1', tokenHeader, good]);
    assert.equal(doubled.status, 403);
  });

  it('takes no method but GET and HEAD, and no target but a path', async () => {
    const good = await token();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      assert.equal((await ask(method, '/latest/meta-data/', [tokenHeader, good])).status, 405, method);
    assert.equal((await ask('GET', 'http://127.0.0.1/latest/meta-data/', [tokenHeader, good])).status, 400);
    const head = await ask('HEAD', '/latest/meta-data/instance-id', [tokenHeader, good]);
    assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '19']);
  });

  it('answers without a token only where that is switched on, and knows the difference', async () => {
    door.server.close();
    await open('optional');
    assert.equal((await ask('GET', '/latest/meta-data/placement/region')).body, 'eu-west-1');
    await ask('GET', '/latest/meta-data/iam/security-credentials/web');
    await get('/latest/meta-data/iam/security-credentials/web');
    assert.deepEqual(asked, ['1.0', '2.0']);
    assert.equal((await ask('GET', '/latest/meta-data/', [tokenHeader, 'x'])).status, 401);
  });
});

describe('metadata', () => {
  it('lists what is beneath a path', async () => {
    const versions = await get('/');
    assert.deepEqual(versions.body.split('\n').slice(-2), ['2021-03-23', 'latest']);
    assert.equal((await get('/latest/')).body, 'meta-data/\ndynamic/');
    assert.equal((await get('/latest')).body, 'meta-data/\ndynamic/');
    assert.equal((await get('/latest/meta-data/placement/')).body, 'availability-zone\nregion');
    assert.equal((await get('/latest/meta-data/iam/')).body, 'info\nsecurity-credentials/');
    assert.equal(
      (await get('/latest/dynamic/instance-identity')).body,
      'document\npkcs7\nrsa2048\nsignature',
    );
  });

  it('has what SDKs and cloud-init read', async () => {
    const listed = (await get('/2021-03-23/meta-data/')).body.split('\n');
    for (const [path, text] of Object.entries({
      'instance-id': 'i-0123456789abcdef0',
      'placement/availability-zone': 'eu-west-1b',
      'placement/region': 'eu-west-1',
      'local-ipv4': '10.0.0.7',
      hostname: 'web.internal',
      'local-hostname': 'web.internal',
      'ami-id': 'ami-00000000',
      'instance-type': 't3.micro',
      'services/domain': 'amazonaws.com',
    })) {
      assert.equal((await get(`/latest/meta-data/${path}`)).body, text, path);
      assert.ok(listed.includes(path.includes('/') ? `${path.split('/')[0]}/` : path), path);
    }
  });

  it('has nothing else', async () => {
    for (const path of [
      '/latest/user-data',
      '/latest/meta-data/nothing',
      '/2020-01-01/meta-data/',
      '/latest/meta-data//instance-id',
      '/latest/meta-data/iam/security-credentials/other',
      '/latest/meta-data/iam/security-credentials/web/web',
      '/latest/dynamic/instance-identity/rsa4096',
      '/latest/meta-data/../meta-data/instance-id',
      '/latest/meta-data/__proto__',
    ]) {
      const answer = await get(path);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.headers['content-type'], 'text/html');
      assert.match(answer.body, /<h1>404 - Not Found<\/h1>/);
    }
  });

  it('has the identity document and its signature', async () => {
    const { body } = await get('/latest/dynamic/instance-identity/document');
    const { instanceId, accountId, pendingTime, version, kernelId } = JSON.parse(body);
    assert.deepEqual(
      [instanceId, accountId, pendingTime, version, kernelId],
      ['i-0123456789abcdef0', '111122223333', '2026-01-02T03:04:05Z', '2017-09-30', null],
    );
    assert.equal(
      (await get('/latest/dynamic/instance-identity/signature')).body,
      `signature of ${body.length}`,
    );
    for (const form of ['pkcs7', 'rsa2048'])
      assert.equal(
        (await get(`/latest/dynamic/instance-identity/${form}`)).body,
        `message of ${body.length} at ${Date.UTC(2026, 0, 2, 3, 4, 5)}`,
      );
  });
});

describe('the role of an instance', () => {
  const path = '/latest/meta-data/iam/security-credentials';

  it('is named, with its profile', async () => {
    assert.equal((await get(`${path}/`)).body, 'web');
    assert.equal((await get(path)).body, 'web');
    assert.equal((await get(`${path}-extended/`)).body, 'web');
    assert.deepEqual(JSON.parse((await get('/latest/meta-data/iam/info')).body), {
      Code: 'Success',
      LastUpdated: '2026-01-02T03:04:05Z',
      InstanceProfileArn: profileArn,
      InstanceProfileId: 'AIPA1',
    });
  });

  it('has credentials, in both forms, from one request', async () => {
    const expected = {
      Code: 'Success',
      LastUpdated: '2026-01-02T03:04:05Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 'secret',
      Token: 'token',
      Expiration: '2026-01-02T09:04:05Z',
    };
    assert.deepEqual(JSON.parse((await get(`${path}/web`)).body), expected);
    assert.deepEqual(JSON.parse((await get(`${path}-extended/web`)).body), {
      ...expected,
      AccountId: '111122223333',
    });
    assert.deepEqual(asked, ['2.0']);
  });

  it('has the credentials that are in hand when its door opens, with a token, and they are renewed', async () => {
    const held = {
      accessKeyId: 'ASIA0',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      issuedAt: now,
      expiresAt: now + 6 * hourMs,
    };
    door.server.close();
    await open('optional', held);
    const key = async (...headers: readonly string[]): Promise<unknown> =>
      JSON.parse((await ask('GET', `${path}/web`, headers)).body).AccessKeyId;
    assert.equal(await key(tokenHeader, await token()), 'ASIA0');
    assert.deepEqual(asked, []);
    assert.equal(await key(), 'ASIA1');
    assert.deepEqual(asked, ['1.0']);
    now += 5 * hourMs;
    door.renewIfDue();
    assert.deepEqual(asked, ['1.0', '1.0', '2.0']);
  });

  it('that is gone has none, and its profile says so', async () => {
    await get(`${path}/web`);
    role = undefined;
    profileId = undefined;
    assert.equal((await get(`${path}/`)).status, 404);
    assert.equal((await get(`${path}/web`)).status, 404);
    const { Code, Message } = JSON.parse((await get('/latest/meta-data/iam/info')).body);
    assert.deepEqual(
      [Code, Message],
      ['InstanceProfileNotFound', `Instance Profile ${profileArn} cannot be found.`],
    );
  });

  it('that takes the place of another of the same name gets credentials of its own', async () => {
    await get(`${path}/web`);
    role = { name: 'web', id: 'AROA2' };
    assert.equal(JSON.parse((await get(`${path}/web`)).body).AccessKeyId, 'ASIA2');
  });

  it('that does not trust EC2 says so, and recovers', async () => {
    failure = new CredentialsUnavailable('AssumeRoleUnauthorizedAccess', 'the reason is for the log');
    const answer = await get(`${path}/web`);
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body), {
      Code: 'AssumeRoleUnauthorizedAccess',
      Message: 'EC2 cannot assume the role web. Its trust policy must allow it.',
      LastUpdated: '2026-01-02T03:04:05Z',
    });
    failure = undefined;
    now += 1000;
    assert.equal(JSON.parse((await get(`${path}/web`)).body).Code, 'Success');
  });

  it('goes on with what is in hand while the service is away, until it expires', async () => {
    const { AccessKeyId } = JSON.parse((await get(`${path}/web`)).body);
    failure = new Error('the service is away');
    now += 6 * hourMs - 1;
    assert.equal(JSON.parse((await get(`${path}/web`)).body).AccessKeyId, AccessKeyId);
    now += 1;
    const { Code, Message } = JSON.parse((await get(`${path}/web`)).body);
    assert.deepEqual([Code, Message], ['Failed', 'The credentials could not be obtained.']);
  });

  it('has its credentials renewed when the caller looks, without a request', async () => {
    door.renewIfDue();
    await get(`${path}/web`);
    now += 4.5 * hourMs;
    door.renewIfDue();
    await new Promise(setImmediate);
    assert.equal(JSON.parse((await get(`${path}/web`)).body).AccessKeyId, 'ASIA2');
    assert.deepEqual(asked, ['2.0', '2.0']);
  });
});
