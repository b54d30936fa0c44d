/** The default chain of boto3, as it is, from everywhere it looks, and past the end of what it found there. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { type CredentialChain, environmentOf, startCredentialChain } from '../credential-chain-fixture.ts';
import { run } from '../imds-fixture.ts';

let home = '';
let chain: CredentialChain;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-boto3-chain-'));
  chain = await startCredentialChain(home);
});
after(async () => {
  await chain.stop();
  await rm(home, { recursive: true, force: true });
});

/** Says who it is, and again when what it holds is over in five minutes by boto3's clock, before which it must ask anew. */
const script = `
import boto3, botocore.credentials, datetime
session = boto3.Session()
sts = session.client("sts")
print(sts.get_caller_identity()["Arn"])
held = session.get_credentials()
first = held.get_frozen_credentials()
real = botocore.credentials._local_now
ahead = held._expiry_time - real() - datetime.timedelta(minutes=5)
botocore.credentials._local_now = held._time_fetcher = lambda: real() + ahead
print(sts.get_caller_identity()["Arn"])
second = held.get_frozen_credentials()
assert second is not first
print(second.access_key != first.access_key)
`;

describe('boto3, its session made of nothing', () => {
  for (const index of [0, 1, 2, 3, 4, 5]) {
    test(`finds credentials and asks anew after their end: source ${index + 1}`, async (t) => {
      const source = chain.sources[index];
      assert.ok(source !== undefined);
      t.diagnostic(source.name);
      const directory = join(home, String(index));
      await mkdir(directory);
      const environment = await environmentOf(chain, source, directory);
      const printed = await run('python3', ['-c', script], {
        ...environment,
        PATH: process.env.PATH ?? '',
        HOME: directory,
      });
      const [first, second, isOther] = printed.trim().split('\n');
      assert.deepEqual([first, second], [source.arn, source.arn]);
      // What the metadata holds by its own clock is good for hours.
      if (source.isOwn) assert.equal(isOther, 'True');
    });
  }
});
