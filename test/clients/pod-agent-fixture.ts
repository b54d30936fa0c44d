import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type PodIdentityFixture, startPodIdentity } from '../pod-identity-fixture.ts';
import { freePort, startProgram } from '../serve-process.ts';

/** A service that knows a cluster, and `brevet imds --cluster` as a node of it runs it, with the node's own key. */
export interface PodAgent {
  readonly fixture: PodIdentityFixture;
  /** What the webhook sets in a pod, and nothing else but where the service is. */
  readonly pod: Readonly<Record<string, string>>;
  /** What the environment of a node has. */
  readonly node: Readonly<Record<string, string>>;
  /** Puts a new token into the pod's file, as the kubelet does. */
  replaceToken(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPodAgent(): Promise<PodAgent> {
  const home = await mkdtemp(join(tmpdir(), 'brevet-pod-agent-'));
  const fixture = await startPodIdentity();
  await fixture.addRole('pod');
  await fixture.associate();
  const { endpoint, root } = fixture.service;
  const file = join(home, 'eks-pod-identity-token');
  const replaceToken = async (): Promise<void> =>
    writeFile(file, await fixture.token({ jti: String(process.hrtime.bigint()) }));
  await replaceToken();
  const service = { AWS_ENDPOINT_URL: endpoint, AWS_DEFAULT_REGION: 'us-east-1', HOME: home };
  const node = {
    ...service,
    AWS_ACCESS_KEY_ID: root.accessKeyId,
    AWS_SECRET_ACCESS_KEY: root.secretAccessKey,
  };
  const port = await freePort();
  const listen = ['--listen', `127.0.0.1:${port}`];
  const agent = await startProgram(
    ['imds', '--issuer', endpoint, ...listen, '--cluster', 'production'],
    node,
  );
  return {
    fixture,
    node: { ...node, PATH: process.env.PATH ?? '' },
    pod: {
      ...service,
      PATH: process.env.PATH ?? '',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    },
    replaceToken,
    async stop() {
      await agent.stop();
      await fixture.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
