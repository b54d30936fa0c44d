/**
 * Everywhere that the chain of an SDK looks, as it is: instance metadata, the endpoint of containers and a provider's token in a file, each named by
 * environment variables alone or by a profile of a settings file. The service and its doors are in this process and go by one clock.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { closeServer } from '#servers/api';
import {
  createContainerCredentials,
  createInstanceMetadata,
  createLocalSource,
} from '#servers/instance-metadata';
import { audience, type Federation, startFederation } from './federation-fixture.ts';
import { allow } from './principals.ts';

export interface ChainSource {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The profile `default` of a settings file, where there is one. */
  readonly profile: string | undefined;
  /** The role's session, without the name where a client makes one up. */
  readonly arn: string;
  /** True where a renewal is another session, false where it may be what the metadata still holds. */
  readonly isOwn: boolean;
}

export interface CredentialChain {
  readonly federation: Federation;
  readonly endpoint: string;
  readonly sources: readonly ChainSource[];
  /** Puts a token that is good for an hour from now into its file, as Kubernetes does. */
  renewToken(): Promise<void>;
  stop(): Promise<void>;
}

const instance = 'i-0123456789abcdef0';
const task = '0123456789abcdef0123456789abcdef';
const taskToken = 'a-token-that-is-long-enough-for-a-task';

export async function startCredentialChain(home: string): Promise<CredentialChain> {
  const federation = await startFederation();
  const { service } = federation;
  const { endpoint, house, accountId } = service;
  const iam = service.iam(service.root);
  const roleArn = (name: string): string => `arn:aws:iam::${accountId}:role/${name}`;
  const addRole = (RoleName: string, Principal: object): Promise<unknown> =>
    iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
        }),
      }),
    );
  for (const [RoleName, Service] of [
    ['web', 'ec2.amazonaws.com'],
    ['task', 'ecs-tasks.amazonaws.com'],
  ] as const) {
    await addRole(RoleName, { Service });
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'go-on', PolicyDocument: allow('sts:AssumeRole') }),
    );
  }
  await addRole('deploy', { AWS: [roleArn('web'), roleArn('task')] });
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'web' }));
  const subject = 'system:serviceaccount:shop:cart';
  const cart = await federation.addRole('cart', {
    condition: { StringEquals: { [`${federation.prefix}:sub`]: subject } },
  });

  const facts = {
    ...{
      id: instance,
      accountId,
      region: 'us-east-1',
      availabilityZone: 'us-east-1a',
      startedAt: Date.now(),
    },
    ...{ instanceType: 't3.micro', imageId: 'ami-00000000', architecture: 'x86_64' },
    ...{ privateIp: '10.0.0.7', hostname: 'web.internal' },
  };
  const { identity, enterAsService: enter } = house;
  const shared = { hosts: [], clock: service.now, jitter: () => 0, onFailure: () => undefined };
  const metadata = createInstanceMetadata({
    ...shared,
    facts,
    source: createLocalSource({
      ...{ identity, enter, facts },
      profileArn: `arn:aws:iam::${accountId}:instance-profile/web`,
    }),
    tokens: 'required',
    random: randomBytes,
    onRefused: () => undefined,
  });
  const containers = createContainerCredentials({
    ...shared,
    ...{ identity, enter, region: 'us-east-1' },
    tasks: [{ id: task, cluster: 'default', roleArn: roleArn('task'), token: taskToken }],
  });
  const [metadataPort, containerPort] = await Promise.all([metadata.server, containers.server].map(listen));
  const taskTokenFile = join(home, 'task-token');
  await writeFile(taskTokenFile, taskToken);
  const metadataUrl = `http://127.0.0.1:${metadataPort}`;
  const container = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${containerPort}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: taskTokenFile,
  };
  const tokenFile = join(home, 'web-identity-token');
  const renewToken = async (): Promise<void> =>
    writeFile(tokenFile, await federation.issuer.sign({ sub: subject, aud: [audience] }));
  await renewToken();
  const session = (role: string, name: string): string =>
    `arn:aws:sts::${accountId}:assumed-role/${role}/${name}`;
  const deploying = (source: string): string =>
    `[default]\nrole_arn = ${roleArn('deploy')}\nrole_session_name = chained\ncredential_source = ${source}\n`;
  return {
    federation,
    endpoint,
    renewToken,
    sources: [
      {
        name: 'instance metadata, by the environment',
        environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl },
        profile: undefined,
        arn: session('web', instance),
        isOwn: false,
      },
      {
        name: 'instance metadata, by a profile that goes on to another role',
        environment: {},
        profile: `${deploying('Ec2InstanceMetadata')}ec2_metadata_service_endpoint = ${metadataUrl}\n`,
        arn: session('deploy', 'chained'),
        isOwn: true,
      },
      {
        name: 'the endpoint of containers, by the environment',
        environment: container,
        profile: undefined,
        arn: session('task', task),
        isOwn: false,
      },
      {
        name: 'the endpoint of containers, by a profile that goes on to another role',
        environment: container,
        profile: deploying('EcsContainer'),
        arn: session('deploy', 'chained'),
        isOwn: true,
      },
      {
        name: 'a token in a file, by the environment',
        environment: {
          AWS_ROLE_ARN: cart,
          AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
          AWS_ROLE_SESSION_NAME: 'pod',
        },
        profile: undefined,
        arn: session('cart', 'pod'),
        isOwn: true,
      },
      {
        name: 'a token in a file, by a profile',
        environment: {},
        profile: `[default]\nrole_arn = ${cart}\nrole_session_name = pod\nweb_identity_token_file = ${tokenFile}\n`,
        arn: session('cart', 'pod'),
        isOwn: true,
      },
    ],
    async stop() {
      await Promise.all([metadata.server, containers.server].map((server) => closeServer(server, 0)));
      await federation.stop();
    },
  };
}

/** Lets a server listen; returns its port. */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The environment of a client: where the service is, where the source is, and nothing of this process's own. */
export async function environmentOf(
  { endpoint }: Pick<CredentialChain, 'endpoint'>,
  { environment, profile }: ChainSource,
  directory: string,
): Promise<Readonly<Record<string, string>>> {
  const files = {
    AWS_CONFIG_FILE: join(directory, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'none'),
  };
  await writeFile(files.AWS_CONFIG_FILE, profile ?? '');
  return {
    ...environment,
    ...files,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
}
