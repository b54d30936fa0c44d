import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeleteUserCommand,
  EnableMFADeviceCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { totpCode, totpStep } from '#core/totp';
import { verifyAuditLog } from '#stores/audit-log';
import { decodeBase32 } from '../clients/base32.ts';
import { type Serving, startServing } from '../serve-process.ts';
import type { Credentials } from '../started-service.ts';

let dataDirectory = '';
let serving: Serving;
let root: Credentials;
const clients: { destroy(): void }[] = [];

before(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-workers-'));
  serving = await startServing({ dataDirectory, arguments: ['--workers', '2'] });
  root = await serving.root();
});
after(async () => {
  for (const client of clients) client.destroy();
  await serving.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

function keep<C extends { destroy(): void }>(client: C): C {
  clients.push(client);
  return client;
}

function options(credentials: Credentials) {
  return { endpoint: serving.endpoint, credentials, region: 'us-east-1', maxAttempts: 1 };
}

/** The process that answered a request, as its log line says. Log lines are written soon, not before the answer. */
async function answeredBy(requestId: string | undefined): Promise<number> {
  for (;;) {
    const line = serving
      .stderr()
      .split('\n')
      .find((text) => requestId !== undefined && text.includes(requestId));
    if (line !== undefined) return (JSON.parse(line) as { pid: number }).pid;
    await pause(5);
  }
}

/** One client for each worker: a client keeps to its connection, and connections are dealt out in turn. */
async function clientOfEach(): Promise<readonly [IAMClient, IAMClient]> {
  const found = new Map<number, IAMClient>();
  for (let tries = 0; found.size < 2 && tries < 50; tries++) {
    const client = keep(new IAMClient(options(root)));
    const { $metadata } = await client.send(new GetUserCommand());
    found.set(await answeredBy($metadata.requestId), client);
  }
  const [one, other] = [...found.values()];
  assert.ok(one && other);
  return [one, other];
}

/** Counts outcomes by what they came to: `done`, or the error's name. */
async function outcomes(attempts: readonly Promise<unknown>[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const attempt of await Promise.allSettled(attempts)) {
    const name = attempt.status === 'fulfilled' ? 'done' : (attempt.reason as Error).name;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('two workers', () => {
  test('see the changes of each other within a second', async () => {
    const [one, other] = await clientOfEach();
    for (let round = 0; round < 20; round++) {
      const UserName = `seen-${round}`;
      await one.send(new CreateUserCommand({ UserName }));
      const acknowledged = Date.now();
      for (;;) {
        const seen = await other.send(new GetUserCommand({ UserName })).catch((error: Error) => error.name);
        if (seen !== 'NoSuchEntityException') break;
        assert.ok(Date.now() - acknowledged < 1000, UserName);
      }
      await other.send(new DeleteUserCommand({ UserName }));
    }
  });

  test('give a name to one of those who ask for it at the same time', async () => {
    const both = await clientOfEach();
    for (let round = 0; round < 10; round++) {
      const create = () =>
        both.map((client) => client.send(new CreateUserCommand({ UserName: `once-${round}` })));
      const counts = await outcomes([...create(), ...create(), ...create()]);
      assert.deepEqual(counts, { done: 1, EntityAlreadyExistsException: 5 });
    }
  });

  test('keep to a quota together', async () => {
    const both = await clientOfEach();
    await both[0].send(new CreateUserCommand({ UserName: 'keys' }));
    const create = () => both.map((client) => client.send(new CreateAccessKeyCommand({ UserName: 'keys' })));
    // The second worker may not have heard of the user yet, whom it then cannot find.
    const counts = await outcomes([...create(), ...create(), ...create(), ...create()]);
    assert.equal(counts.done, 2);
    const { AccessKeyMetadata } = await both[0].send(new ListAccessKeysCommand({ UserName: 'keys' }));
    assert.equal(AccessKeyMetadata?.length, 2);
  });

  test('take an MFA code once', async () => {
    const [iam] = await clientOfEach();
    await iam.send(new CreateUserCommand({ UserName: 'mfa' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'mfa' }));
    const user = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const { VirtualMFADevice: device } = await iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'mfa' }),
    );
    const seed = decodeBase32(Buffer.from(device?.Base32StringSeed ?? []).toString());
    const code = (ahead: number): string => totpCode(seed, totpStep(Date.now()) + ahead);
    const SerialNumber = device?.SerialNumber ?? '';
    await iam.send(
      new EnableMFADeviceCommand({
        UserName: 'mfa',
        SerialNumber,
        AuthenticationCode1: code(-2),
        AuthenticationCode2: code(-1),
      }),
    );
    // A new connection for each, so that both workers are asked.
    const TokenCode = code(0);
    const sessions = Array.from({ length: 8 }, () => keep(new STSClient(options(user))));
    await Promise.all(sessions.map((client) => client.send(new GetCallerIdentityCommand())));
    const counts = await outcomes(
      sessions.map((client) => client.send(new GetSessionTokenCommand({ SerialNumber, TokenCode }))),
    );
    assert.deepEqual(counts, { done: 1, AccessDenied: 7 });
  });

  test('leave an audit log whose chains are whole, and metrics that count for both', async () => {
    assert.deepEqual((await verifyAuditLog(join(dataDirectory, 'audit'))).problems, []);
    const metrics = await (await fetch(`${serving.adminEndpoint}/metrics`)).text();
    assert.match(metrics, /brevet_requests_total\{service="sts",operation="GetSessionToken",code="OK"\} 1\n/);
    assert.match(
      metrics,
      /brevet_requests_total\{service="sts",operation="GetSessionToken",code="AccessDenied"\} 7\n/,
    );
  });

  test('are replaced when they die, and the service goes on', async () => {
    const [one] = await clientOfEach();
    const { $metadata } = await one.send(new GetUserCommand());
    const victim = await answeredBy($metadata.requestId);
    process.kill(victim, 'SIGKILL');
    const ready = async (): Promise<boolean> =>
      (await fetch(`${serving.adminEndpoint}/readyz`)).status === 200;
    while (await ready());
    while (!(await ready()));
    const [iam, other] = await clientOfEach();
    assert.ok(await iam.send(new GetUserCommand({ UserName: 'mfa' })));
    assert.ok(await other.send(new GetUserCommand({ UserName: 'mfa' })));
  });
});
