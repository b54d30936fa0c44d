import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { agentArn, type Delivering, instanceArn, run, startDelivering, taskArn } from '../imds-fixture.ts';

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

describe('the AWS CLI in a container', () => {
  test('is the role of its task, by the token of the task', async () => {
    assert.equal((await run('aws', whoAmI, delivering.container)).trim(), taskArn);
    assert.equal((await run('aws', whoAmI, delivering.containerWithFile)).trim(), taskArn);
  });

  test('is nobody with another token', async () => {
    const env = { ...delivering.container, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'another' };
    await assert.rejects(run('aws', whoAmI, env), /401/);
  });
});

describe('the AWS SDK for JavaScript in a container', () => {
  test('is the role of its task by the default chain', async () => {
    const script = `
      import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
      console.log((await new STSClient().send(new GetCallerIdentityCommand())).Arn);
    `;
    const given = ['--input-type=module', '--eval', script];
    const env = { ...delivering.containerWithFile, AWS_REGION: 'us-east-1' };
    assert.equal((await run(process.execPath, given, env, process.cwd())).trim(), taskArn);
  });
});
