import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { DeletePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import {
  createPodCredentials,
  createPodExchange,
  type ExchangeToken,
  type PodDoor,
} from '#servers/instance-metadata';
import { type PodIdentityFixture, startPodIdentity } from './pod-identity-fixture.ts';

const hourMs = 3_600_000;
let fixture: PodIdentityFixture;
let door: PodDoor;
let port = 0;
let exchanges = 0;
let failures: string[] = [];
let associationId = '';
/** What stands between the agent and the service, when a test says so. */
let between: ((exchange: ExchangeToken) => ExchangeToken) | undefined;

before(async () => {
  fixture = await startPodIdentity();
});
after(() => fixture.stop());

beforeEach(async () => {
  [exchanges, failures, between] = [0, [], undefined];
  await fixture.addRole('pod');
  associationId = await fixture.associate();
  const { service } = fixture;
  const exchange = createPodExchange({
    url: service.endpoint,
    credentials: () => Promise.resolve(service.root),
    region: 'us-east-1',
    clock: service.now,
    clusterName: 'production',
  });
  door = createPodCredentials({
    exchange: (token) => {
      exchanges += 1;
      return (between?.(exchange) ?? exchange)(token);
    },
    hosts: [],
    clock: service.now,
    jitter: () => 0,
    onFailure: ({ message }) => failures.push(message),
  });
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  ({ port } = door.server.address() as AddressInfo);
});
afterEach(async () => {
  const ended = once(door.server, 'close');
  door.server.close();
  door.server.closeAllConnections();
  await ended;
  const { service } = fixture;
  service.stoppedAt = undefined;
  await unassociate().catch(() => undefined);
  await service.iam(service.root).send(new DeleteRoleCommand({ RoleName: 'pod' }));
});

async function unassociate(): Promise<void> {
  await fixture
    .eks()
    .send(new DeletePodIdentityAssociationCommand({ clusterName: 'production', associationId }));
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

async function ask(token: string | undefined, more: readonly string[] = []): Promise<Answer> {
  const authorization = token === undefined ? [] : ['authorization', token];
  const sent = request({
    port,
    host: '127.0.0.1',
    path: '/v1/credentials',
    headers: ['host', '169.254.170.23', ...authorization, ...more, 'connection', 'close'],
    setHost: false,
  });
  sent.end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, body: JSON.parse(body) };
}

/** Asks until the credentials are others, which they are as soon as the exchange that is under way is over. */
async function renewed(token: string, { body }: Answer): Promise<Answer> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const next = await ask(token);
    if (next.body.AccessKeyId !== body.AccessKeyId) return next;
  }
  throw new Error('the credentials were not renewed');
}

describe('the endpoint of pods', () => {
  test('gives a pod the credentials of its role, once exchanged however often it asks', async () => {
    const token = await fixture.token();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(token)));
    answers.push(await ask(token));
    assert.equal(exchanges, 1);
    const [first] = answers;
    assert.ok(first);
    for (const answer of answers) assert.deepEqual(answer, first);
    const { AccessKeyId, SecretAccessKey, Token, Expiration, ...rest } = first.body;
    assert.deepEqual(rest, { AccountId: '111122223333' });
    assert.ok(Math.abs(Date.parse(Expiration ?? '') - Date.now() - 6 * hourMs) < 60_000);
    const session = {
      accessKeyId: AccessKeyId ?? '',
      secretAccessKey: SecretAccessKey ?? '',
      sessionToken: Token ?? '',
    };
    const { Arn } = await fixture.service.sts(session).send(new GetCallerIdentityCommand({}));
    assert.match(Arn ?? '', /:assumed-role\/pod\/eks-production-cart-6f9b9-/);
  });

  test('gives nobody what another pod has', async () => {
    const [one, other] = [await fixture.token(), await fixture.token({ jti: 'another' })];
    assert.notEqual((await ask(one)).body.AccessKeyId, (await ask(other)).body.AccessKeyId);
    const [head, claims] = one.split('.');
    const [, , signature] = other.split('.');
    assert.deepEqual(await ask(`${head}.${claims}.${signature}`), {
      status: 400,
      body: {
        code: 'InvalidTokenException',
        message: 'The signature of the token was made by none of the keys of its provider.',
      },
    });
  });

  test('renews early, and says nothing of it to the pod', async () => {
    const { service } = fixture;
    const token = await fixture.token();
    const first = await ask(token);
    service.stoppedAt = Date.now() + 4 * hourMs;
    door.renewIfDue();
    assert.equal(exchanges, 1);
    service.stoppedAt = Date.now() + 5 * hourMs;
    door.renewIfDue();
    assert.equal(exchanges, 2);
    const second = await renewed(token, first);
    assert.equal(exchanges, 2);
    assert.equal(
      Date.parse(second.body.Expiration ?? ''),
      Math.floor(service.stoppedAt / 1000) * 1000 + 6 * hourMs,
    );
  });

  test('goes on with what is in hand while the service is away, until it expires', async () => {
    const { service } = fixture;
    const token = await fixture.token();
    const first = await ask(token);
    between = () => () => Promise.reject(new Error('away'));
    service.stoppedAt = Date.now() + 5 * hourMs;
    assert.deepEqual(await ask(token), first);
    service.stoppedAt += 2 * hourMs;
    assert.deepEqual(await ask(token), {
      status: 503,
      body: { code: 'ServiceUnavailable', message: 'The credentials could not be obtained.' },
    });
    between = undefined;
    service.stoppedAt += 120_000;
    assert.equal((await ask(token)).status, 200);
  });

  test('hands out no longer what the service refuses to renew', async () => {
    const { service } = fixture;
    const token = await fixture.token();
    await ask(token);
    await unassociate();
    service.stoppedAt = Date.now() + 5 * hourMs;
    door.renewIfDue();
    let answer = await ask(token);
    for (let attempt = 0; answer.status === 200 && attempt < 1000; attempt++) answer = await ask(token);
    assert.deepEqual(answer, {
      status: 404,
      body: {
        code: 'ResourceNotFoundException',
        message: 'No pod identity association found for service account cart in namespace shop.',
      },
    });
  });

  test('tells a pod that its role does not trust it, and nothing of its node', async () => {
    const { service } = fixture;
    await service.iam(service.root).send(new DeleteRoleCommand({ RoleName: 'pod' }));
    await fixture.addRole('pod', { actions: ['sts:AssumeRole'] });
    assert.deepEqual(await ask(await fixture.token()), {
      status: 403,
      body: {
        code: 'AccessDeniedException',
        message: 'The role does not trust this pod, or its node may not ask for pods of the cluster.',
      },
    });
    assert.match(failures[0] ?? '', /pods\.eks\.amazonaws\.com is not authorized to perform: sts:TagSession/);
  });

  test('asks the service about nothing that is no token, and keeps nothing of what is refused', async () => {
    const malformed = {
      status: 400,
      body: {
        code: 'InvalidToken',
        message: 'The authorization is not the token of a service account.',
      },
    };
    const token = await fixture.token();
    for (const given of [undefined, '', 'x', `Bearer ${token}`, `${token}.x`, `${token}=`])
      assert.deepEqual(await ask(given), malformed);
    assert.deepEqual(await ask(token, ['authorization', token]), malformed);
    assert.equal(exchanges, 0);
    for (let attempt = 0; attempt < 2; attempt++) assert.equal((await ask('a.b.c')).status, 400);
    assert.equal(exchanges, 2);
  });

  test('has so many tokens exchanged at a time, and has who comes besides come again', async () => {
    const release: (() => void)[] = [];
    between = (exchange) => async (token) => {
      await new Promise<void>((resolve) => release.push(resolve));
      return exchange(token);
    };
    const waiting = Array.from({ length: 64 }, (_, index) => ask(`a.b.${index}`));
    while (release.length < 64) await ask(undefined);
    assert.deepEqual(await ask('a.b.one-more'), {
      status: 429,
      body: { code: 'TooManyRequests', message: 'Too many pods ask for credentials at once.' },
    });
    for (const go of release) go();
    for (const { status } of await Promise.all(waiting)) assert.equal(status, 400);
  });
});

describe('an application in a pod', () => {
  test('finds credentials by the default chain of the SDK, by a token that is replaced, and the next ones', async (t) => {
    const home = await mkdtemp(join(tmpdir(), 'brevet-pod-'));
    const file = join(home, 'eks-pod-identity-token');
    await writeFile(file, await fixture.token());
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    };
    const kept = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, environment);
    t.after(async () => {
      for (const name of Object.keys(environment)) delete process.env[name];
      Object.assign(process.env, kept);
      await rm(home, { recursive: true, force: true });
    });
    const { service } = fixture;
    const client = new STSClient({
      endpoint: service.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: defaultProvider(),
    });
    t.after(() => client.destroy());
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    assert.match(Arn ?? '', /:assumed-role\/pod\/eks-production-cart-6f9b9-/);
    const first = await client.config.credentials();
    service.stoppedAt = Date.now() + 20 * hourMs;
    await writeFile(file, await fixture.token());
    const second = await defaultProvider()();
    assert.notEqual(second.accessKeyId, first.accessKeyId);
    assert.equal(second.expiration?.getTime(), Math.floor(service.stoppedAt / 1000) * 1000 + 6 * hourMs);
  });
});
