/**
 * A program on an instance that holds no key: the AWS CLI, given the address of the metadata and nothing else, is the instance's role, reads a
 * store through the gateway, and CloudTrail shows how its credentials came to it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { agentArn, hostedArn, instanceArn, run, taskArn } from '../imds-fixture.ts';
import { type InstanceStore, startInstanceStore } from '../instance-store-fixture.ts';

let home = '';
let store: InstanceStore;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-cli-instance-'));
  store = await startInstanceStore(home);
});
after(async () => {
  await store.stop();
  await rm(home, { recursive: true, force: true });
});

const whoAmI = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'];
const read = (key: string): readonly string[] => ['s3', 'cp', `s3://photos/${key}`, '-'];

describe('the AWS CLI on an instance of the service', () => {
  const session = 'i-0123456789abcdef0';

  test('is its role and reads what the role may read of it', async () => {
    assert.equal((await run('aws', whoAmI, store.instance)).trim(), instanceArn);
    assert.equal(await run('aws', read('open.txt'), store.instance), 'of open\n');
    assert.equal(await run('aws', read('instance.txt'), store.instance), 'of instance\n');
    await assert.rejects(
      run('aws', ['s3', 'cp', 's3://photos/other.txt', '-'], store.instance),
      /403|Forbidden/,
    );
  });

  test('is on record with the delivery of its credentials, as the CLI of the operator sees', async () => {
    await store.lookup('GetCallerIdentity', session);
    const wanted = [
      ...[
        'cloudtrail',
        'lookup-events',
        '--lookup-attributes',
        `AttributeKey=Username,AttributeValue=${session}`,
      ],
      ...['--query', 'Events[0].CloudTrailEvent', '--output', 'text'],
    ];
    const event = JSON.parse(await run('aws', wanted, store.operator)) as Awaited<
      ReturnType<typeof store.lookup>
    >;
    assert.equal(event.eventName, 'GetCallerIdentity');
    assert.equal(event.userIdentity.arn, instanceArn);
    assert.equal(event.userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
  });

  test('is on record with it for each object that it read', async () => {
    const { userIdentity, eventCategory, errorCode } = await store.readRecord('instance.txt', session);
    assert.equal(eventCategory, 'Data');
    assert.equal(errorCode, undefined);
    assert.equal(userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
    assert.equal(userIdentity.sessionContext.sessionIssuer?.userName, 'web');
  });

  test('has its role from EC2, by the record', async () => {
    const { userIdentity } = await store.lookup('AssumeRole', session);
    assert.equal(userIdentity.type, 'AWSService');
    assert.equal(userIdentity.invokedBy, 'ec2.amazonaws.com');
  });
});

describe('the AWS CLI behind the agent on the host of an instance', () => {
  const session = 'i-0aaaaaaaaaaaaaaa1';

  test('is the role of the instance and reads what that may read alone', async () => {
    assert.equal((await run('aws', whoAmI, store.hosted)).trim(), hostedArn);
    assert.equal(await run('aws', read('instance.txt'), store.hosted), 'of instance\n');
    await assert.rejects(run('aws', read('other.txt'), store.hosted), /403|Forbidden/);
  });

  test('is on record with the delivery of its credentials, as the CLI of the operator sees', async () => {
    await store.lookup('GetCallerIdentity', session);
    const wanted = ['--lookup-attributes', `AttributeKey=Username,AttributeValue=${session}`];
    const shown = ['--query', 'Events[0].CloudTrailEvent', '--output', 'text'];
    const found = await run('aws', ['cloudtrail', 'lookup-events', ...wanted, ...shown], store.operator);
    const { userIdentity } = JSON.parse(found) as Awaited<ReturnType<typeof store.lookup>>;
    assert.equal(userIdentity.arn, hostedArn);
    assert.equal(userIdentity.sessionContext?.ec2RoleDelivery, '2.0');
  });
});

describe('the AWS CLI beside the agent of a host', () => {
  test('is the role that the agent assumed, reads with it, and is not taken for an instance of EC2', async () => {
    assert.equal((await run('aws', whoAmI, store.agent)).trim(), agentArn);
    assert.equal(await run('aws', read('open.txt'), store.agent), 'of open\n');
    await assert.rejects(run('aws', read('instance.txt'), store.agent), /403|Forbidden/);
    const { userIdentity } = await store.lookup('GetCallerIdentity', 'i-0fedcba9876543210');
    assert.equal(userIdentity.sessionContext?.sessionIssuer?.userName, 'host');
    assert.equal(userIdentity.sessionContext.ec2RoleDelivery, undefined);
  });
});

describe('the AWS CLI in a container', () => {
  test('is the role of its task and reads with it', async () => {
    assert.equal((await run('aws', whoAmI, store.container)).trim(), taskArn);
    assert.equal(await run('aws', read('open.txt'), store.container), 'of open\n');
    await assert.rejects(run('aws', read('instance.txt'), store.container), /403|Forbidden/);
  });
});
