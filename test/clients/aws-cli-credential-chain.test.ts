/** The default chain of the AWS CLI, as it is, from everywhere it looks, and past the end of what it keeps from call to call. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { type CredentialChain, environmentOf, startCredentialChain } from '../credential-chain-fixture.ts';
import { run } from '../imds-fixture.ts';

let home = '';
let chain: CredentialChain;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-cli-chain-'));
  chain = await startCredentialChain(home);
});
after(async () => {
  await chain.stop();
  await rm(home, { recursive: true, force: true });
});

interface Kept {
  readonly Credentials: { readonly AccessKeyId: string; readonly Expiration: string };
}

describe('the AWS CLI with nothing but its environment', () => {
  for (const index of [0, 1, 2, 3, 4, 5]) {
    test(`finds credentials and the next ones after their end: source ${index + 1}`, async (t) => {
      const source = chain.sources[index];
      assert.ok(source !== undefined);
      t.diagnostic(source.name);
      const directory = join(home, String(index));
      await mkdir(directory);
      const environment = {
        ...(await environmentOf(chain, source, directory)),
        ...{ PATH: process.env.PATH ?? '', HOME: directory, AWS_PAGER: '' },
      };
      const whoAmI = async (): Promise<string> =>
        (
          await run('aws', ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'], environment)
        ).trim();
      assert.equal(await whoAmI(), source.arn);

      const cache = join(directory, '.aws', 'cli', 'cache');
      const files = await readdir(cache).catch(() => []);
      assert.equal(files.length, source.isOwn ? 1 : 0);
      const read = async (file: string): Promise<Kept> =>
        JSON.parse(await readFile(join(cache, file), 'utf8')) as Kept;
      const before = await Promise.all(files.map(read));
      for (const [at, file] of files.entries()) {
        const kept = before[at];
        const over = {
          ...kept,
          Credentials: { ...kept?.Credentials, Expiration: new Date(0).toISOString() },
        };
        await writeFile(join(cache, file), JSON.stringify(over));
      }
      assert.equal(await whoAmI(), source.arn);
      for (const [at, file] of files.entries()) {
        const { Credentials } = await read(file);
        assert.notEqual(Credentials.AccessKeyId, before[at]?.Credentials.AccessKeyId);
        assert.ok(Date.parse(Credentials.Expiration) > Date.now());
      }
    });
  }
});
