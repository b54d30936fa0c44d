/**
 * `brevet serve` with an instance whose role trusts EC2, and `brevet imds` beside it, an agent that assumes another role: both as their users
 * run them, for clients that are given nothing but an address.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  AddRoleToInstanceProfileCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { freePort, type Serving, startServing } from './serve-process.ts';

const program = fileURLToPath(new URL('../src/main/brevet.ts', import.meta.url));

export const instanceArn = 'arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0';
export const taskArn = 'arn:aws:sts::111122223333:assumed-role/task/0123456789abcdef0123456789abcdef';
export const agentArn = 'arn:aws:sts::111122223333:assumed-role/host/i-0fedcba9876543210';

export interface Delivering {
  readonly serving: Serving;
  /** The environment of a client of the instance within the service, and of one of the agent. */
  readonly instance: Readonly<Record<string, string>>;
  readonly agent: Readonly<Record<string, string>>;
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
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'host' }));
  iam.destroy();
  const agent = spawn(
    process.execPath,
    [
      ...[
        '--disable-warning=ExperimentalWarning',
        program,
        'imds',
        '--issuer',
        endpoint,
        '--listen',
        '127.0.0.1:0',
      ],
      ...['--role-arn', 'arn:aws:iam::111122223333:role/host', '--instance-id', 'i-0fedcba9876543210'],
    ],
    {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: key?.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [line] = await once(agent.stdout, 'data');
  const agentEndpoint = /^brevet imds ready on (\S+)\n/.exec(String(line))?.[1] ?? '';
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
    container: { ...shared, ...containerEndpoint, AWS_CONTAINER_AUTHORIZATION_TOKEN: token },
    containerWithFile: {
      ...shared,
      ...containerEndpoint,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(home, 'token-of-client'),
    },
    async stop() {
      await ended(agent);
      await serving.stop();
    },
  };
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
