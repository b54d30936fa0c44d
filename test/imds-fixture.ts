/**
 * `brevet serve` with instances whose role trusts EC2, and `brevet imds` beside it, as the agent of one of them and as one that assumes another
 * role: all as their users run them, for clients that are given nothing but an address.
 */
import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  AddRoleToInstanceProfileCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { freePort, type Serving, startServing } from './serve-process.ts';

const program = fileURLToPath(new URL('../src/main/brevet.ts', import.meta.url));

export const instanceArn = 'arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0';
export const hostedArn = 'arn:aws:sts::111122223333:assumed-role/web/i-0aaaaaaaaaaaaaaa1';
export const taskArn = 'arn:aws:sts::111122223333:assumed-role/task/0123456789abcdef0123456789abcdef';
export const agentArn = 'arn:aws:sts::111122223333:assumed-role/host/i-0fedcba9876543210';

export interface Delivering {
  readonly serving: Serving;
  /** The environment of a client of the instance within the service, and of one of the agent. */
  readonly instance: Readonly<Record<string, string>>;
  readonly agent: Readonly<Record<string, string>>;
  /** Of a client of an instance that the service knows, behind the agent on its host. */
  readonly hosted: Readonly<Record<string, string>>;
  /** What the agent of that instance says when it cannot start as this one, with the key of its host or with another's. */
  refusal(instanceId: string, host: 'metal' | 'stranger'): Promise<string>;
  /** Of a client in a container of a task, with the token as such and in a file. */
  readonly container: Readonly<Record<string, string>>;
  readonly containerWithFile: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

function trust(principal: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });
}

/** `settings` is more of the settings file. */
export async function startDelivering(home: string, settings = ''): Promise<Delivering> {
  const [port, containerPort] = [await freePort(), await freePort()];
  const token = 'a token that is long enough for a task'.replaceAll(' ', '-');
  await writeFile(join(home, 'token'), `${token}\n`);
  const config = join(home, 'settings.yaml');
  await writeFile(
    config,
    `instances:
  - { id: i-0123456789abcdef0, instanceProfile: "arn:aws:iam::111122223333:instance-profile/web", listen: "127.0.0.1:${port}" }
  - { id: i-0aaaaaaaaaaaaaaa1, instanceProfile: "arn:aws:iam::111122223333:instance-profile/web", instanceType: m7g.large }
containers:
  - listen: "127.0.0.1:${containerPort}"
    tasks:
      - { id: 0123456789abcdef0123456789abcdef, roleArn: "arn:aws:iam::111122223333:role/task", tokenFile: token }
${settings}`,
  );
  const serving = await startServing({
    dataDirectory: join(home, 'brevet-data'),
    environment: { BREVET_ACCOUNT_ID: '111122223333' },
    arguments: ['--config', config],
  });
  const { endpoint } = serving;
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials: await serving.root() });
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'web',
      AssumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }),
    }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'web' }));
  await iam.send(
    new CreateRoleCommand({ RoleName: 'host', AssumeRolePolicyDocument: trust({ AWS: '111122223333' }) }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'task',
      AssumeRolePolicyDocument: trust({ Service: 'ecs-tasks.amazonaws.com' }),
    }),
  );
  await iam.send(new CreateUserCommand({ UserName: 'host' }));
  const policy = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new AttachUserPolicyCommand({ UserName: 'host', PolicyArn: policy }));
  const hostKey = await createKey(iam, 'host');
  const keys = { metal: await createKeyOf(iam, 'metal'), stranger: await createKeyOf(iam, 'stranger') };
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'metal',
      PolicyName: 'agent',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'brevet:AssumeRoleForInstance',
            Resource: 'arn:aws:ec2:us-east-1:111122223333:instance/i-0aaaaaaaaaaaaaaa1',
          },
        ],
      }),
    }),
  );
  iam.destroy();
  const imds = (key: HostKey, ...given: readonly string[]): Agent =>
    spawn(
      process.execPath,
      [
        ...['--disable-warning=ExperimentalWarning', program, 'imds', '--issuer', endpoint],
        ...['--listen', '127.0.0.1:0', ...given],
      ],
      { cwd: home, env: { PATH: process.env.PATH, ...key }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
  const agent = imds(
    hostKey,
    ...['--role-arn', 'arn:aws:iam::111122223333:role/host', '--instance-id', 'i-0fedcba9876543210'],
  );
  const hosted = imds(keys.metal, '--instance-id', 'i-0aaaaaaaaaaaaaaa1');
  const [agentEndpoint, hostedEndpoint] = [await readiness(agent), await readiness(hosted)];
  const shared = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
  await writeFile(join(home, 'token-of-client'), token);
  const containerEndpoint = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${containerPort}/v1/credentials`,
  };
  return {
    serving,
    instance: { ...shared, AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` },
    agent: { ...shared, AWS_EC2_METADATA_SERVICE_ENDPOINT: agentEndpoint },
    hosted: { ...shared, AWS_EC2_METADATA_SERVICE_ENDPOINT: hostedEndpoint },
    async refusal(instanceId, host) {
      const refused = imds(keys[host], '--instance-id', instanceId);
      const exit = once(refused, 'exit');
      refused.stdout.resume();
      let said = '';
      for await (const chunk of refused.stderr.setEncoding('utf8')) said += chunk;
      const [code] = await exit;
      return `${code}: ${said}`;
    },
    container: { ...shared, ...containerEndpoint, AWS_CONTAINER_AUTHORIZATION_TOKEN: token },
    containerWithFile: {
      ...shared,
      ...containerEndpoint,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(home, 'token-of-client'),
    },
    async stop() {
      await Promise.all([ended(agent), ended(hosted)]);
      await serving.stop();
    },
  };
}

type Agent = ChildProcessByStdio<null, Readable, Readable>;

/** An access key in the environment. */
type HostKey = Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string | undefined>>;

async function createKey(iam: IAMClient, UserName: string): Promise<HostKey> {
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { AWS_ACCESS_KEY_ID: key?.AccessKeyId, AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey };
}

/** The key of a user who may do nothing yet. */
async function createKeyOf(iam: IAMClient, UserName: string): Promise<HostKey> {
  await iam.send(new CreateUserCommand({ UserName }));
  return createKey(iam, UserName);
}

/** The address that an agent says it listens on. Rejects when it ends instead, with what it said. */
async function readiness(agent: Agent): Promise<string> {
  let said = '';
  agent.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const failed = once(agent, 'close').then(([code]) => {
    throw new Error(`the agent ended with ${code}: ${said}`);
  });
  const [line] = await Promise.race([once(agent.stdout, 'data'), failed]);
  return /^brevet imds ready on (\S+)\n/.exec(String(line))?.[1] ?? '';
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** Runs a program with that environment and no other; returns what it prints. Rejects when it fails. */
export function run(
  command: string,
  given: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = env.HOME,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...given], { cwd, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} failed: ${stderr}`));
    });
  });
}
