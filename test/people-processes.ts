/** The commands of people as they run them: processes of their own, with a home directory and no other environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  AttachUserPolicyCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { type Ended, type Serving, startServing } from './serve-process.ts';

const program = fileURLToPath(new URL('../src/main/brevet.ts', import.meta.url));
export const account = '111122223333';
export const password = 'correct Horse 1 battery';
export const userArn = `arn:aws:iam::${account}:user/ada`;
export const roleArn = `arn:aws:iam::${account}:role/deploy`;
export const roleSessionArn = `arn:aws:sts::${account}:assumed-role/deploy/ada`;

export interface People {
  readonly serving: Serving;
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts `brevet GIVEN`. */
  start(given: readonly string[], environment?: Readonly<Record<string, string>>): Program;
  /** Runs `brevet GIVEN` to its end; `input` is what it reads. */
  run(given: readonly string[], input?: string): Promise<Ended>;
  /** Has the kept credentials be over, as after a quarter of an hour. */
  age(): Promise<void>;
  stop(): Promise<void>;
}

/** A program under way. */
export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once it has written that to standard output. */
  said(text: string): Promise<void>;
}

/** A service with a user who has a password and may log in, and a role that trusts them. */
export async function startPeople(home: string): Promise<People> {
  const serving = await startServing({
    dataDirectory: join(home, 'data'),
    environment: { BREVET_ACCOUNT_ID: account },
  });
  const { endpoint } = serving;
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials: await serving.root() });
  const UserName = 'ada';
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new CreateLoginProfileCommand({ UserName, Password: password }));
  const PolicyArn = 'arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess';
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  const trust = { Effect: 'Allow', Principal: { AWS: userArn }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument }));
  iam.destroy();
  await mkdir(join(home, 'ada'));
  const environment = { PATH: process.env.PATH ?? '', HOME: join(home, 'ada'), AWS_ENDPOINT_URL: endpoint };
  const start = (given: readonly string[], more: Readonly<Record<string, string>> = {}): Program =>
    startChild(
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...given], {
        cwd: home,
        env: { ...environment, ...more },
      }),
    );
  return {
    serving,
    home: environment.HOME,
    environment,
    start,
    run: (given, input = '') => {
      const { child, ended } = start(given);
      child.stdin?.end(input);
      return ended;
    },
    async age() {
      const file = join(environment.HOME, '.cache', 'brevet', 'default', 'session.json');
      const session = JSON.parse(await readFile(file, 'utf8'));
      session.credentials.expiresAt = Date.now() - 1000;
      await writeFile(file, JSON.stringify(session));
    },
    async stop() {
      await serving.stop();
    },
  };
}

export const loginArguments = ['login', '--account', account, '--user', 'ada', '--password-stdin'] as const;

function startChild(child: ChildProcess): Program {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, stdout, stderr }));
  return {
    child,
    ended,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.includes(text)) resolve();
        };
        child.stdout?.on('data', look);
        ended.then(() => reject(new Error(`it ended without saying ${text}: ${stderr}`)), reject);
        look();
      }),
  };
}
