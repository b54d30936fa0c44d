import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { agentArn, hostedArn, instanceArn, run, taskArn } from '../../imds-fixture.ts';
import { type InstanceStore, startInstanceStore } from '../../instance-store-fixture.ts';
import { verifySignedMessage } from '../../verify-signed-message.ts';

let home = '';
let store: InstanceStore;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-sdk-instance-'));
  store = await startInstanceStore(home);
});
after(async () => {
  await store.stop();
  await rm(home, { recursive: true, force: true });
});

/** Who it is, and what it gets of each object. */
const script = `
  import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
  import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
  console.log((await new STSClient().send(new GetCallerIdentityCommand())).Arn);
  const s3 = new S3Client({ forcePathStyle: true });
  for (const Key of ['open.txt', 'instance.txt']) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key }));
      process.stdout.write(await Body.transformToString());
    } catch (error) {
      console.log(error.name);
    }
  }
`;

function program(env: Readonly<Record<string, string>>): Promise<string> {
  const given = ['--input-type=module', '--eval', script];
  return run(process.execPath, given, { ...env, AWS_REGION: 'us-east-1' }, process.cwd());
}

test('a program with nothing but the address of the metadata reads the store as the role of its instance', async () => {
  assert.equal(await program(store.instance), `${instanceArn}\nof open\nof instance\n`);
  const { userIdentity } = await store.readRecord('instance.txt', 'i-0123456789abcdef0');
  assert.equal(userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
});

test('a program behind the agent on the host of an instance reads the store as the role of that instance', async () => {
  const session = 'i-0aaaaaaaaaaaaaaa1';
  assert.equal(await program(store.hosted), `${hostedArn}\nof open\nof instance\n`);
  const { userIdentity } = await store.readRecord('instance.txt', session);
  assert.equal(userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
  const called = await store.lookup('GetCallerIdentity', session);
  assert.equal(called.userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
  const assumed = await store.lookup('AssumeRole', session);
  assert.deepEqual(assumed.userIdentity, { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' });
});

test('an agent does not start for another instance, nor with a key that may not ask', async () => {
  const action = 'brevet:AssumeRoleForInstance';
  for (const [host, id] of [
    ['metal', 'i-0123456789abcdef0'],
    ['metal', 'i-0ffffffffffffffff'],
    ['stranger', 'i-0aaaaaaaaaaaaaaa1'],
  ] as const)
    assert.equal(
      await store.delivering.refusal(id, host),
      `1: brevet: the issuer answered 400 AccessDeniedException: User: arn:aws:iam::111122223333:user/${host} is not authorized to perform: ${action} on resource: arn:aws:ec2:us-east-1:111122223333:instance/${id} because no identity-based policy allows the ${action} action\n`,
    );
});

test('a program beside the agent of a host, and one in a container, reads what is for any role', async () => {
  assert.equal(await program(store.agent), `${agentArn}\nof open\nAccessDenied\n`);
  assert.equal(await program(store.container), `${taskArn}\nof open\nAccessDenied\n`);
});

test('who is shown the instance’s document verifies it with what the service left in its data directory', async () => {
  const { dataDirectory } = store.delivering.serving;
  const { raw } = new X509Certificate(
    await readFile(join(dataDirectory, 'instance-identity-certificate.pem')),
  );
  const endpoint = `${store.instance.AWS_EC2_METADATA_SERVICE_ENDPOINT}/latest`;
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (await fetch(`${endpoint}/api/token`, { method: 'PUT', headers: ttl })).text();
  const read = async (name: string): Promise<string> => {
    const headers = { 'x-aws-ec2-metadata-token': token };
    return (await fetch(`${endpoint}/dynamic/instance-identity/${name}`, { headers })).text();
  };
  const document = await verifySignedMessage(Buffer.from(await read('rsa2048'), 'base64'), raw);
  assert.equal(document, await read('document'));
  assert.equal((JSON.parse(document) as { readonly instanceId: string }).instanceId, 'i-0123456789abcdef0');
});
