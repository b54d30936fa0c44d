import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { hashBody, signRequest } from '#core/sigv4';
import { freePort } from '../serve-process.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../started-service.ts';
import { type Backend, isInstalled, proxies, type RunningProxy, startBackend } from './proxies.ts';

const account = '111122223333';
const arn = `arn:aws:execute-api:us-east-1:${account}:default/default`;
const program = fileURLToPath(new URL('../../src/main/brevet.ts', import.meta.url));
const staleSeconds = 3;

let service: StartedService;
let verifier: Credentials;
let ada: Credentials;

before(async () => {
  service = await startService();
  verifier = await addUser('verifier', [
    {
      Effect: 'Allow',
      Action: 'brevet:GetSigningKey',
      Resource: `arn:aws:brevet:us-east-1:${account}:signing-key/execute-api`,
    },
    { Effect: 'Allow', Action: 'brevet:GetChanges', Resource: '*' },
  ]);
  const Resource = [`${arn}/GET/orders/*`, `${arn}/POST/orders`];
  ada = await addUser('ada', [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource }]);
});
after(() => service.stop());

async function addUser(UserName: string, Statement: readonly object[]): Promise<Credentials> {
  const iam = service.iam(service.root);
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'granted', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** `brevet authorizer` as a process of its own, with the verifier's credentials and none of anybody else. */
async function startDoor(port: number, issuer: string): Promise<{ stop(): Promise<number | null> }> {
  const flags = ['--listen', `127.0.0.1:${port}`, '--issuer', issuer, '--owner-account', account];
  const child = spawn(
    process.execPath,
    [
      ...['--disable-warning=ExperimentalWarning', program, 'authorizer', ...flags],
      ...['--max-staleness-seconds', String(staleSeconds)],
    ],
    {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: verifier.accessKeyId,
        AWS_SECRET_ACCESS_KEY: verifier.secretAccessKey,
        BREVET_LOG_LEVEL: 'silent',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'close').then(() => {
      throw new Error('brevet authorizer ended');
    }),
  ]);
  assert.equal(String(line), `brevet authorizer ready on http://127.0.0.1:${port}\n`);
  return {
    async stop() {
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      return code;
    },
  };
}

/** Asks until the answer is the one awaited; the time that took, in milliseconds. */
async function until(condition: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await condition())) await new Promise(setImmediate);
  return performance.now() - start;
}

for (const [name, { program: proxyProgram, start }] of Object.entries(proxies)) {
  if (!isInstalled(proxyProgram)) {
    process.stderr.write(`> test:doors: ${name} is not installed here, so its tests are not run\n`);
    continue;
  }
  describe(`${name} in front of a backend that knows nothing of AWS`, () => {
    let directory: string;
    let backend: Backend;
    let proxy: RunningProxy;
    let port: number;
    let door: { stop(): Promise<number | null> };

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'brevet-doors-'));
      backend = await startBackend();
      const doorPort = await freePort();
      port = await freePort();
      door = await startDoor(doorPort, service.endpoint);
      proxy = await start(directory, { proxy: port, door: doorPort, backend: backend.port });
    });
    after(async () => {
      await proxy.stop();
      assert.equal(await door.stop(), 0);
      backend.close();
      await rm(directory, { recursive: true, force: true });
    });

    /** The status that curl sees; it signs by itself. */
    async function curl(path: string, given: readonly string[] = [], credentials = ada): Promise<number> {
      const { accessKeyId, secretAccessKey, sessionToken } = credentials;
      const { stdout } = await promisify(execFile)('curl', [
        ...['--silent', '--output', '/dev/null', '--write-out', '%{http_code}', '--path-as-is'],
        ...['--aws-sigv4', 'aws:amz:us-east-1:execute-api', '--user', `${accessKeyId}:${secretAccessKey}`],
        ...(sessionToken === undefined ? [] : ['--header', `x-amz-security-token: ${sessionToken}`]),
        ...given,
        `http://127.0.0.1:${port}${path}`,
      ]);
      return Number(stdout);
    }

    /** Sends what curl would not: something else than was signed. */
    async function tampered(sent: {
      method?: string;
      path?: string;
      signedPath?: string;
      headers?: Record<string, string>;
    }): Promise<number> {
      const { rawHeaders } = signRequest(
        {
          method: 'GET',
          target: sent.signedPath ?? '/orders/1',
          rawHeaders: ['host', `127.0.0.1:${port}`, 'x-purpose', 'reading'],
          bodySha256: hashBody(new Uint8Array()),
        },
        { credentials: ada, region: 'us-east-1', service: 'execute-api', now: Date.now() },
      );
      const headers: Record<string, string> = {};
      for (let index = 0; index < rawHeaders.length; index += 2)
        headers[rawHeaders[index] ?? ''] = rawHeaders[index + 1] ?? '';
      // Unlike fetch, this sends a path as it is.
      const asked = request({
        host: '127.0.0.1',
        port,
        method: sent.method ?? 'GET',
        path: sent.path ?? '/orders/1',
        headers: { ...headers, ...sent.headers, connection: 'close' },
      });
      asked.end();
      const [answer] = await once(asked, 'response');
      answer.resume();
      return answer.statusCode;
    }

    /** The request never came to the backend. */
    async function keptOut(status: Promise<number>, expected: number): Promise<void> {
      const before = backend.served.length;
      assert.equal(await status, expected);
      assert.equal(backend.served.length, before);
    }

    test('an allowed request comes to the backend, with who sent it', async () => {
      assert.equal(await curl('/orders/1?a=b%20c'), 200);
      const { method, target, headers } = backend.served.at(-1) ?? {};
      assert.deepEqual([method, target], ['GET', '/orders/1?a=b%20c']);
      assert.equal(headers?.['x-brevet-principal-arn'], `arn:aws:iam::${account}:user/ada`);
      assert.equal(headers?.['x-brevet-principal-account'], account);
      assert.equal(headers?.['x-brevet-access-key-id'], ada.accessKeyId);
      assert.equal(headers?.['x-brevet-source-identity'], '-');
      assert.equal(headers?.authorization, undefined);
    });

    test('a body comes to the backend with the hash that was signed', async () => {
      const body = 'two tons';
      const hash = hashBody(Buffer.from(body));
      const given = ['--data', body, '--header', `x-amz-content-sha256: ${hash}`];
      assert.equal(await curl('/orders', given), 200);
      const { body: got, headers } = backend.served.at(-1) ?? {};
      assert.deepEqual([got, headers?.['x-brevet-content-sha256']], [body, hash]);
    });

    test('what policy does not allow is kept out, and so is who does not sign', async () => {
      await keptOut(curl('/admin'), 403);
      await keptOut(curl('/orders/1', ['--request', 'DELETE']), 403);
      await keptOut(curl('/orders/1', [], { ...ada, secretAccessKey: 'guess' }), 401);
      const unsigned = fetch(`http://127.0.0.1:${port}/orders/1`).then(({ status }) => status);
      await keptOut(unsigned, 401);
    });

    test('another path, method or header than was signed is kept out', async () => {
      assert.equal(await tampered({}), 200);
      await keptOut(tampered({ path: '/orders/2' }), 401);
      await keptOut(tampered({ path: '/orders/1?all=1' }), 401);
      await keptOut(tampered({ method: 'DELETE' }), 401);
      await keptOut(tampered({ headers: { 'x-purpose': 'writing' } }), 401);
    });

    test('paths that could be read in two ways are kept out', async () => {
      for (const path of [
        '/orders/../admin',
        '/orders/%2e%2e/admin',
        '/orders/..%2fadmin',
        '//orders/1',
        '/orders/%252e%252e/x',
      ])
        await keptOut(tampered({ path, signedPath: path }), 403);
    });

    test('a client that says who it is, is kept out', async () => {
      for (const header of [
        'X-Brevet-Principal-Arn: arn:aws:iam::111122223333:root',
        'x-brevet-tags: team=admins',
      ])
        await keptOut(curl('/orders/1', ['--header', header]), 403);
    });

    test('a client that says what it asked for is not believed', async () => {
      const { length: already } = backend.served;
      for (const [method, uri] of [
        ['X-Original-Method', 'X-Original-URI'],
        ['X-Forwarded-Method', 'X-Forwarded-Uri'],
      ]) {
        // Signed for what it may, sent to where it may not.
        const made = {
          [method ?? '']: 'GET',
          [uri ?? '']: '/orders/1',
          'X-Forwarded-Host': `127.0.0.1:${port}`,
        };
        const status = await tampered({ path: '/admin', headers: made });
        assert.ok([401, 403].includes(status), `${method}: ${status}`);
      }
      assert.equal(backend.served.length, already);
    });

    test('a revoked session closes the door within two seconds', async () => {
      const session = credentialsOf(await service.sts(ada).send(new GetSessionTokenCommand({})));
      assert.equal(await curl('/orders/1', [], session), 200);
      await service.iam(service.root).send(new DeleteAccessKeyCommand({ AccessKeyId: session.accessKeyId }));
      const took = await until(async () => (await curl('/orders/1', [], session)) === 401);
      assert.ok(took < 2000, `${took} ms`);
      assert.equal(await curl('/orders/1'), 200);
    });
  });
}

describe('a door whose service was stopped', () => {
  test('goes on with whom it knows until the staleness it was allowed ends', async () => {
    const issuer = await startService();
    const known = service;
    try {
      service = issuer;
      const policy = [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }];
      verifier = await addUser('verifier', [{ Effect: 'Allow', Action: 'brevet:*', Resource: '*' }]);
      const bob = await addUser('bob', policy);
      const port = await freePort();
      const door = await startDoor(port, issuer.endpoint);
      const ask = async (): Promise<number> => {
        const host = 'orders.example.com';
        const { rawHeaders } = signRequest(
          { method: 'GET', target: '/1', rawHeaders: ['host', host], bodySha256: hashBody(new Uint8Array()) },
          { credentials: bob, region: 'us-east-1', service: 'execute-api', now: Date.now() },
        );
        const original = ['x-original-method', 'GET', 'x-original-uri', '/1'];
        const headers = [...rawHeaders, ...original, 'connection', 'close'];
        const asked = request({ host: '127.0.0.1', port, path: '/', headers, setHost: false });
        asked.end();
        const [answer] = await once(asked, 'response');
        answer.resume();
        return answer.statusCode;
      };
      try {
        assert.ok((await until(async () => (await ask()) === 200)) < 5000);
        await issuer.stop();
        const start = performance.now();
        assert.equal(await ask(), 200);
        await until(async () => (await ask()) === 503);
        const seconds = (performance.now() - start) / 1000;
        // It was last heard of within the second before it stopped.
        assert.ok(seconds > staleSeconds - 2 && seconds < staleSeconds + 2, `${seconds} s`);
      } finally {
        assert.equal(await door.stop(), 0);
      }
    } finally {
      service = known;
    }
  });
});
