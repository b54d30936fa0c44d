/** The default chain of the SDK for JavaScript, as it is, from everywhere it looks, and past the end of what it found there. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type CredentialChain, environmentOf, startCredentialChain } from '../../credential-chain-fixture.ts';

let home = '';
let chain: CredentialChain;
const kept = { ...process.env };

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-sdk-chain-'));
  chain = await startCredentialChain(home);
});
after(async () => {
  await chain.stop();
  await rm(home, { recursive: true, force: true });
});

function setEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith('AWS_') && value !== undefined) process.env[name] = value;
}

describe('the SDK for JavaScript, its client made of nothing', () => {
  for (const index of [0, 1, 2, 3, 4, 5]) {
    test(`finds credentials and the next ones after their end: source ${index + 1}`, async (t) => {
      const source = chain.sources[index];
      assert.ok(source !== undefined);
      t.diagnostic(source.name);
      const directory = join(home, String(index));
      await mkdir(directory);
      setEnvironment(await environmentOf(chain, source, directory));
      t.after(() => setEnvironment(kept));
      // The service, its doors and the SDK all go by this clock.
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      await chain.renewToken();
      const client = new STSClient({ maxAttempts: 1 });
      t.after(() => client.destroy());
      const whoAmI = async (): Promise<string | undefined> =>
        (await client.send(new GetCallerIdentityCommand({}))).Arn;
      assert.equal(await whoAmI(), source.arn);
      const first = await client.config.credentials();
      const end = first.expiration?.getTime() ?? 0;
      assert.ok(end > Date.now());

      t.mock.timers.setTime(end + 1000);
      await chain.renewToken();
      assert.equal(await whoAmI(), source.arn);
      const second = await client.config.credentials();
      assert.notEqual(second.accessKeyId, first.accessKeyId);
      assert.ok((second.expiration?.getTime() ?? 0) > end + 600_000);
    });
  }

  test('has six places to find them', () => assert.equal(chain.sources.length, 6));
});
