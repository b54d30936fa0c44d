import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { run } from '../imds-fixture.ts';
import { type PodAgent, startPodAgent } from './pod-agent-fixture.ts';

let agent: PodAgent;

before(async () => {
  agent = await startPodAgent();
});
after(() => agent.stop());

/** Says who it is, twice: the second time what it holds is over by boto3's clock, and the token in its file is another. */
const script = `
import boto3, botocore.credentials, datetime, sys
session = boto3.Session()
sts = session.client("sts")
print(sts.get_caller_identity()["Arn"])
held = session.get_credentials()
assert held.method == "container-role", held.method
first = held.get_frozen_credentials()
sys.stdout.flush()
sys.stdin.readline()
real = botocore.credentials._local_now
ahead = held._expiry_time - real() - datetime.timedelta(seconds=10)
botocore.credentials._local_now = held._time_fetcher = lambda: real() + ahead
print(sts.get_caller_identity()["Arn"])
print(held.get_frozen_credentials().access_key != first.access_key)
`;

describe('boto3', () => {
  test('is the role of its pod, with nothing but what the webhook sets, and again with the next token', async () => {
    const [first, second, isOther] = await speak(agent);
    const arn = /^arn:aws:sts::111122223333:assumed-role\/pod\/eks-production-cart-6f9b9-[0-9a-f-]{36}$/;
    assert.match(first ?? '', arn);
    assert.match(second ?? '', arn);
    assert.notEqual(first, second);
    assert.equal(isOther, 'True');
  });

  test('exchanges tokens as an agent does', async () => {
    const printed = await run(
      'python3',
      [
        '-c',
        'import boto3, sys; print(boto3.client("eks-auth").assume_role_for_pod_identity(clusterName="production", token=sys.argv[1])["subject"])',
        await agent.fixture.token(),
      ],
      agent.node,
    );
    assert.equal(printed, "{'namespace': 'shop', 'serviceAccount': 'cart'}\n");
  });
});

/** The lines of the script; the token is replaced once the first is there. */
async function speak({ pod, replaceToken }: PodAgent): Promise<readonly string[]> {
  const child = spawn('python3', ['-c', script], { env: pod, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await once(child.stdout, 'data');
  await replaceToken();
  child.stdin.end('\n');
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  return text.trim().split('\n');
}
