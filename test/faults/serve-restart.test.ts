import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { startServing } from '../serve-process.ts';
import { credentialsOf, startService } from '../started-service.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

const hourMs = 3_600_000;

test('a session issued before a restart works after it', async (context) => {
  const dataDirectory = await temporaryDirectory(context);
  const first = await startServing({ dataDirectory });
  const options = { endpoint: first.endpoint, region: 'us-east-1', maxAttempts: 1 };
  const root = new STSClient({ ...options, credentials: await first.root() });
  const session = credentialsOf(await root.send(new GetSessionTokenCommand()));
  root.destroy();
  assert.equal((await first.stop()).code, 0);
  const second = await startServing({ dataDirectory });
  context.after(() => second.stop());
  const client = new STSClient({ ...options, endpoint: second.endpoint, credentials: session });
  assert.match((await client.send(new GetCallerIdentityCommand())).Arn ?? '', /:root$/);
  client.destroy();
});

test('a session outlives the change of the token key, and ends when it is over', async (context) => {
  const service = await startService();
  context.after(() => service.stop());
  const iam = service.iam(service.root);
  await iam.send(new CreateUserCommand({ UserName: 'alice' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
  const alice = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
  const asked = new GetSessionTokenCommand({ DurationSeconds: 36 * 3600 });
  const session = credentialsOf(await service.sts(alice).send(asked));
  const callAt = async (aheadMs: number): Promise<string | undefined> => {
    service.clockAheadMs = aheadMs;
    const client = service.sts(session);
    client.config.systemClockOffset = aheadMs;
    return (await client.send(new GetCallerIdentityCommand())).Arn;
  };
  const before = service.house.keyring.current().id;
  service.clockAheadMs = 25 * hourMs;
  await service.house.keyring.ensure();
  service.clockAheadMs = 26 * hourMs;
  assert.notEqual(service.house.keyring.current().id, before);
  assert.equal(await callAt(35 * hourMs), 'arn:aws:iam::111122223333:user/alice');
  await assert.rejects(callAt(36 * hourMs + 1000), {
    message: 'The security token included in the request is expired',
  });
});
