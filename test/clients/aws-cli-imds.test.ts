import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { agentArn, type Delivering, instanceArn, run, startDelivering } from '../imds-fixture.ts';

let home = '';
let delivering: Delivering;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-cli-imds-'));
  delivering = await startDelivering(home);
});
after(async () => {
  await delivering.stop();
  await rm(home, { recursive: true, force: true });
});

const whoAmI = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'];

describe('the AWS CLI with nothing but the address of instance metadata', () => {
  test('is the role of an instance of the service', async () => {
    assert.equal((await run('aws', whoAmI, delivering.instance)).trim(), instanceArn);
  });

  test('is the role that the agent of its host assumed', async () => {
    assert.equal((await run('aws', whoAmI, delivering.agent)).trim(), agentArn);
  });
});
