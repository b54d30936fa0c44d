import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { run } from '../imds-fixture.ts';
import { podRoleArn } from '../pod-identity-fixture.ts';
import { type PodAgent, startPodAgent } from './pod-agent-fixture.ts';

const sessionArn = /^arn:aws:sts::111122223333:assumed-role\/pod\/eks-production-cart-6f9b9-[0-9a-f-]{36}$/;
let agent: PodAgent;

before(async () => {
  agent = await startPodAgent();
});
after(() => agent.stop());

function aws(line: string, environment: PodAgent['pod']): Promise<string> {
  return run('aws', [...line.split(' '), '--output', 'json'], environment);
}

describe('the AWS CLI', () => {
  test('is the role of its pod, with nothing but what the webhook sets', async () => {
    const { Arn } = JSON.parse(await aws('sts get-caller-identity', agent.pod)) as { Arn: string };
    assert.match(Arn, sessionArn);
  });

  test('associates roles with service accounts, and exchanges tokens as an agent does', async () => {
    const cluster = '--cluster-name production';
    const made = JSON.parse(
      await aws(
        `eks create-pod-identity-association ${cluster} --namespace blog --service-account default --role-arn ${podRoleArn} --tags team=blue`,
        agent.node,
      ),
    ) as { association: { associationId: string; tags: object } };
    assert.deepEqual(made.association.tags, { team: 'blue' });
    const token = await agent.fixture.token({
      sub: 'system:serviceaccount:blog:default',
      'kubernetes.io': {
        namespace: 'blog',
        serviceaccount: { name: 'default' },
        pod: { name: 'post', uid: '22222222-2222-4333-8444-555555555555' },
      },
    });
    const exchange = `eks-auth assume-role-for-pod-identity ${cluster} --token ${token}`;
    const answer = JSON.parse(await aws(exchange, agent.node)) as {
      assumedRoleUser: { arn: string };
      subject: object;
    };
    assert.match(answer.assumedRoleUser.arn, /:assumed-role\/pod\/eks-production-post-/);
    assert.deepEqual(answer.subject, { namespace: 'blog', serviceAccount: 'default' });
    await aws(
      `eks delete-pod-identity-association ${cluster} --association-id ${made.association.associationId}`,
      agent.node,
    );
    await assert.rejects(aws(exchange, agent.node), /ResourceNotFoundException/);
  });
});
