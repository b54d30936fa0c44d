import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateUserCommand, GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { startPostgres } from '../postgres-server.ts';
import { startServing } from '../serve-process.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

test('two services over one PostgreSQL give a name once and see the changes of each other within a second', async (context) => {
  const directory = await temporaryDirectory(context);
  const server = await startPostgres();
  context.after(() => server.stop());
  const url = await server.createDatabase();
  const first = await startServing({
    dataDirectory: join(directory, 'first'),
    environment: { BREVET_DATABASE_URL: url },
  });
  context.after(() => first.stop());
  const second = await startServing({
    dataDirectory: join(directory, 'second'),
    environment: {
      BREVET_DATABASE_URL: url,
      BREVET_MASTER_KEY_FILE: join(directory, 'first', 'master.key'),
    },
  });
  context.after(() => second.stop());
  const credentials = await first.root();
  const [one, other] = [first, second].map(
    ({ endpoint }) => new IAMClient({ endpoint, credentials, region: 'us-east-1', maxAttempts: 1 }),
  );
  assert.ok(one && other);
  for (let round = 0; round < 5; round++) {
    const UserName = `user-${round}`;
    const attempts: readonly Promise<unknown>[] = [one, other, one, other].map((client) =>
      client.send(new CreateUserCommand({ UserName })),
    );
    const done = (await Promise.allSettled(attempts)).filter(({ status }) => status === 'fulfilled');
    assert.equal(done.length, 1);
    const acknowledged = Date.now();
    for (const client of [one, other]) {
      while (
        !(await client.send(new GetUserCommand({ UserName })).then(
          () => true,
          () => false,
        ))
      ) {
        assert.ok(Date.now() - acknowledged < 1000, UserName);
      }
    }
  }
  one.destroy();
  other.destroy();
});
