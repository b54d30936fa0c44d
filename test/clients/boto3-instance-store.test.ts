import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agentArn, hostedArn, instanceArn, run, taskArn } from '../imds-fixture.ts';
import { type InstanceStore, startInstanceStore } from '../instance-store-fixture.ts';

let home = '';
let store: InstanceStore;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-boto3-instance-'));
  store = await startInstanceStore(home);
});
after(async () => {
  await store.stop();
  await rm(home, { recursive: true, force: true });
});

/** Who it is, and what it gets of each object. */
const script = `
import boto3, botocore.exceptions
print(boto3.client("sts").get_caller_identity()["Arn"])
for key in ("open.txt", "instance.txt"):
    try:
        print(boto3.client("s3").get_object(Bucket="photos", Key=key)["Body"].read().decode(), end="")
    except botocore.exceptions.ClientError as error:
        print(error.response["Error"]["Code"])
`;

test('boto3 with nothing but the address of the metadata reads the store as the role of its instance', async () => {
  const printed = await run('python3', ['-c', script], store.instance);
  assert.equal(printed, `${instanceArn}\nof open\nof instance\n`);
  const { userIdentity } = await store.readRecord('instance.txt', 'i-0123456789abcdef0');
  assert.equal(userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
});

test('boto3 behind the agent on the host of an instance reads the store as the role of that instance', async () => {
  const printed = await run('python3', ['-c', script], store.hosted);
  assert.equal(printed, `${hostedArn}\nof open\nof instance\n`);
  const { userIdentity } = await store.lookup('GetCallerIdentity', 'i-0aaaaaaaaaaaaaaa1');
  assert.equal(userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
});

test('boto3 beside the agent of a host, and in a container, reads what is for any role', async () => {
  assert.equal(await run('python3', ['-c', script], store.agent), `${agentArn}\nof open\nAccessDenied\n`);
  assert.equal(await run('python3', ['-c', script], store.container), `${taskArn}\nof open\nAccessDenied\n`);
});
