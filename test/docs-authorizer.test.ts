import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { hashBody, signRequest } from '#core/sigv4';
import { freePort } from './serve-process.ts';
import { type Credentials, type StartedService, startService } from './started-service.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs', 'authorizer.md'), 'utf8');
const examples = new Map(
  text.split(/^## /m).flatMap((section) => {
    const [title = ''] = section.split('\n', 1);
    return [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => [title, code] as const);
  }),
);
/** The policy that the page gives a verifier. */
const verifierPolicy = /^```json\n(.*?)^```$/ms.exec(text)?.[1] ?? '';

let service: StartedService;
let verifier: Credentials;
let ada: Credentials;

before(async () => {
  service = await startService();
  verifier = await addUser('verifier', verifierPolicy);
  const Resource = 'arn:aws:execute-api:us-east-1:111122223333:orders/prod/GET/orders/*';
  const statement = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource };
  ada = await addUser('ada', JSON.stringify({ Version: '2012-10-17', Statement: statement }));
});
after(() => service.stop());

async function addUser(UserName: string, PolicyDocument: string): Promise<Credentials> {
  const iam = service.iam(service.root);
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'granted', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** Runs an example as a program of its own, with the verifier's credentials in its environment. */
function run(title: string, port: number) {
  const code = (examples.get(title) ?? '')
    .replaceAll('http://127.0.0.1:4592', service.endpoint)
    .replaceAll('8080', String(port))
    .replaceAll("'brevet/authorizer'", "'./src/servers/authorizer/index.ts'");
  const given = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code];
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: verifier.accessKeyId,
    AWS_SECRET_ACCESS_KEY: verifier.secretAccessKey,
  };
  const child = spawn(process.execPath, given, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code, stdout, stderr }));
  return { ended, kill: () => child.kill('SIGKILL') };
}

function ask(port: number, path: string, sent = path): Promise<Response> {
  const { rawHeaders } = signRequest(
    {
      method: 'GET',
      target: path,
      rawHeaders: ['host', `127.0.0.1:${port}`],
      bodySha256: hashBody(new Uint8Array()),
    },
    { credentials: ada, region: 'us-east-1', service: 'execute-api', now: Date.now() },
  );
  const headers: [string, string][] = [];
  for (let index = 2; index < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return fetch(`http://127.0.0.1:${port}${sent}`, { headers });
}

describe('docs/authorizer.md', () => {
  test('has the examples that are run here', () => {
    assert.deepEqual(
      [...examples.keys()],
      ['Express', 'Fastify', 'Handlers of Request and Response', 'Any server'],
    );
  });

  for (const [title, isRouted] of [
    ['Express', true],
    ['Fastify', true],
    ['Any server', false],
  ] as const) {
    test(`allows and refuses as it says: ${title}`, async () => {
      const port = await freePort();
      const example = run(title, port);
      try {
        const listening = async (): Promise<boolean> => {
          const answer = await fetch(`http://127.0.0.1:${port}/orders/1`).catch(() => undefined);
          return answer?.status === 401;
        };
        while (!(await listening())) {
          const early = await Promise.race([example.ended, turn(undefined)]);
          assert.equal(early, undefined, early?.stderr);
        }
        const allowed = await ask(port, '/orders/1');
        const body = await allowed.text();
        assert.equal(allowed.status, 200, body);
        assert.match(body, /^arn:aws:iam::111122223333:user\/ada/);
        assert.equal((await ask(port, '/orders/1', '/orders/2')).status, 401);
        if (isRouted) assert.equal((await ask(port, '/admin')).status, 403);
      } finally {
        example.kill();
        await example.ended;
      }
    });
  }

  test('prints what it says it prints: handlers of Request and Response', async () => {
    const title = 'Handlers of Request and Response';
    const expected = [...(examples.get(title) ?? '').matchAll(/^\/\/ → (.*)$/gm)].map(
      ([, line]) => `${line}\n`,
    );
    const { code, stdout, stderr } = await run(title, 0).ended;
    assert.deepEqual([code, stdout, stderr], [0, expected.join(''), '']);
  });
});
