import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { agentArn, type Delivering, instanceArn, run, startDelivering, taskArn } from '../imds-fixture.ts';

let home = '';
let delivering: Delivering;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-boto3-imds-'));
  delivering = await startDelivering(home);
});
after(async () => {
  await delivering.stop();
  await rm(home, { recursive: true, force: true });
});

/** Says who it is, and again after the credentials it holds count as over: then boto3 must have asked the metadata anew. */
const script = (method: string): string => `
import boto3, datetime
session = boto3.Session()
print(session.client("sts").get_caller_identity()["Arn"])
held = session.get_credentials()
assert held.method == "${method}", held.method
held._expiry_time = datetime.datetime.now(datetime.timezone.utc)
print(session.client("sts").get_caller_identity()["Arn"])
assert held._expiry_time > datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=30)
`;

describe('boto3 with nothing but the address of instance metadata', () => {
  test('is the role of an instance of the service, also past the end of what it holds', async () => {
    assert.equal(
      await run('python3', ['-c', script('iam-role')], delivering.instance),
      `${instanceArn}\n${instanceArn}\n`,
    );
  });

  test('is the role that the agent of its host assumed', async () => {
    assert.equal(
      await run('python3', ['-c', script('iam-role')], delivering.agent),
      `${agentArn}\n${agentArn}\n`,
    );
  });

  test('is the role of its task in a container', async () => {
    const printed = `${taskArn}\n${taskArn}\n`;
    assert.equal(await run('python3', ['-c', script('container-role')], delivering.container), printed);
    assert.equal(
      await run('python3', ['-c', script('container-role')], delivering.containerWithFile),
      printed,
    );
  });
});
