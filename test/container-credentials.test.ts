import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CreateRoleCommand, DeleteRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type ContainerCredentials, createContainerCredentials } from '#servers/instance-metadata';
import { type StartedService, startService } from './started-service.ts';

const hourMs = 3_600_000;
const [first, second] = ['f'.repeat(40), 's'.repeat(40)];
const ids = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'] as const;

let service: StartedService;
let door: ContainerCredentials;
let port = 0;
let failures: string[] = [];

function trust(principal = 'ecs-tasks.amazonaws.com', more: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole', ...more }],
  });
}

before(async () => {
  service = await startService();
});
after(async () => {
  door.server.close();
  await service.stop();
});

beforeEach(async () => {
  service.stoppedAt = undefined;
  failures = [];
  if (port > 0) door.server.close();
  const iam = service.iam(service.root);
  for (const [index] of ids.entries()) {
    const RoleName = `task-${index}`;
    if (port > 0) await iam.send(new DeleteRoleCommand({ RoleName }));
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust() }));
  }
  const { identity, enterAsService: enter } = service.house;
  door = createContainerCredentials({
    tasks: ids.map((id, index) => ({
      id,
      cluster: 'default',
      roleArn: `arn:aws:iam::111122223333:role/task-${index}`,
      token: [first, second][index] ?? '',
    })),
    region: 'us-east-1',
    hosts: [],
    identity,
    enter,
    clock: service.now,
    jitter: () => 0,
    onFailure: (_task, { message }) => failures.push(message),
  });
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  ({ port } = door.server.address() as AddressInfo);
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

async function ask(
  headers: readonly string[],
  { method = 'GET', path = '/v1/credentials', host = '169.254.170.2' } = {},
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
  assert.equal(response.headers['content-type'], 'application/json');
  return { status: response.statusCode, body: JSON.parse(body) };
}

describe('the endpoint of containers', () => {
  test('gives each task, by its token, the credentials of its own role', async () => {
    for (const [index, token] of [first, second].entries()) {
      const { status, body } = await ask(['authorization', token]);
      assert.equal(status, 200);
      const { AccessKeyId, SecretAccessKey, Token, Expiration, RoleArn, AccountId } = body;
      assert.deepEqual(
        [RoleArn, AccountId],
        [`arn:aws:iam::111122223333:role/task-${index}`, '111122223333'],
      );
      assert.ok(Math.abs(Date.parse(Expiration ?? '') - Date.now() - 6 * hourMs) < 60_000);
      const session = {
        accessKeyId: AccessKeyId ?? '',
        secretAccessKey: SecretAccessKey ?? '',
        sessionToken: Token ?? '',
      };
      const { Arn } = await service.sts(session).send(new GetCallerIdentityCommand({}));
      assert.equal(Arn, `arn:aws:sts::111122223333:assumed-role/task-${index}/${ids[index]}`);
    }
  });

  test('gives nothing without a token, with a wrong one, or with two', async () => {
    for (const headers of [
      [],
      ['authorization', ''],
      ['authorization', first.slice(1)],
      ['authorization', `Bearer ${first}`],
      ['authorization', `${first}x`],
      ['authorization', first, 'authorization', first],
    ]) {
      assert.deepEqual(await ask(headers), {
        status: 401,
        body: { code: 'InvalidToken', message: 'The authorization token is of no task.' },
      });
    }
  });

  test('answers nothing but GET of its one path', async () => {
    const token = ['authorization', first];
    for (const path of [
      '/',
      '/v1/credentials/',
      '/v1/credentials?x',
      '/v1/credentials/..',
      '/v2/credentials',
    ])
      assert.deepEqual(await ask(token, { path }), {
        status: 404,
        body: { code: 'NotFound', message: 'There is nothing but /v1/credentials.' },
      });
    for (const method of ['POST', 'PUT', 'OPTIONS'])
      assert.deepEqual(await ask(token, { method }), {
        status: 405,
        body: { code: 'MethodNotAllowed', message: 'Only GET is answered.' },
      });
  });

  test('answers no forwarded request, and none for a name that DNS could lead here', async () => {
    const token = ['authorization', first];
    assert.deepEqual(await ask([...token, 'x-forwarded-for', '10.0.0.1']), {
      status: 403,
      body: { code: 'AccessDenied', message: 'Requests that were forwarded are not answered.' },
    });
    assert.deepEqual(await ask(token, { host: 'evil.example.com' }), {
      status: 403,
      body: { code: 'AccessDenied', message: 'This host is not served here.' },
    });
    assert.equal((await ask([...token, 'host', '127.0.0.1'])).status, 403);
  });

  test('says so when the role does not trust tasks, or not this one', async () => {
    const sourceArn = `arn:aws:ecs:us-east-1:111122223333:task/default/${ids[0]}`;
    const retrust = async (document: string): Promise<void> => {
      const input = { RoleName: 'task-0', PolicyDocument: document };
      await service.iam(service.root).send(new UpdateAssumeRolePolicyCommand(input));
    };
    await retrust(
      trust('ecs-tasks.amazonaws.com', { Condition: { ArnEquals: { 'aws:SourceArn': `${sourceArn}0` } } }),
    );
    assert.deepEqual(await ask(['authorization', first]), {
      status: 403,
      body: {
        code: 'AccessDenied',
        message: 'ecs-tasks.amazonaws.com cannot assume the role: its trust policy must allow it.',
      },
    });
    await retrust(trust('ec2.amazonaws.com'));
    service.stoppedAt = Date.now() + 60_000;
    assert.equal((await ask(['authorization', first])).status, 403);
    assert.equal(failures.length, 2);
    await retrust(
      trust('ecs-tasks.amazonaws.com', { Condition: { ArnEquals: { 'aws:SourceArn': sourceArn } } }),
    );
    service.stoppedAt = Date.now() + 120_000;
    assert.equal((await ask(['authorization', first])).status, 200);
  });

  test('goes on with what is in hand while nothing can be issued, and then says that it failed', async (t) => {
    const { body } = await ask(['authorization', first]);
    const append = t.mock.method(service.house.audit, 'append', () =>
      Promise.reject(new Error('the disk is full')),
    );
    service.stoppedAt = Date.now() + 5 * hourMs;
    assert.equal((await ask(['authorization', first])).body.AccessKeyId, body.AccessKeyId);
    service.stoppedAt += 2 * hourMs;
    const late = await ask(['authorization', first]);
    append.mock.restore();
    assert.deepEqual(late, {
      status: 503,
      body: { code: 'ServiceUnavailable', message: 'The credentials could not be obtained.' },
    });
  });

  test('renews what it holds before its end', async () => {
    const { body } = await ask(['authorization', first]);
    service.stoppedAt = Date.now() + 5 * hourMs;
    door.renewIfDue();
    let next = body;
    for (let attempt = 0; attempt < 1000 && next.AccessKeyId === body.AccessKeyId; attempt++)
      ({ body: next } = await ask(['authorization', first]));
    assert.notEqual(next.AccessKeyId, body.AccessKeyId);
  });

  test('gives credentials of the role as it is now, not of one that was made anew under its name', async () => {
    const { body } = await ask(['authorization', first]);
    const iam = service.iam(service.root);
    await iam.send(new DeleteRoleCommand({ RoleName: 'task-0' }));
    assert.equal((await ask(['authorization', first])).status, 403);
    await iam.send(new CreateRoleCommand({ RoleName: 'task-0', AssumeRolePolicyDocument: trust() }));
    const next = await ask(['authorization', first]);
    assert.equal(next.status, 200);
    assert.notEqual(next.body.AccessKeyId, body.AccessKeyId);
  });
});
