import type { Command } from 'commander';
import { type Known, signInWithBrowser } from './browser-login.ts';
import {
  action,
  openSessionStore,
  readService,
  type SessionFlags,
  UsageError,
  withSession,
} from './options.ts';
import type { PeoplePorts } from './ports.ts';
import type { Session } from './session.ts';
import { PasswordChangeRequired, type Service, signInWithPassword, type Typed } from './sign-in-client.ts';

interface LoginFlags extends SessionFlags {
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly account?: string;
  readonly user?: string;
  readonly browser?: true;
  readonly passwordStdin?: true;
  readonly allowHttp?: true;
}

/** Adds the commands that begin and end a sign-in. */
export function addLoginCommands(program: Command, ports: PeoplePorts): void {
  const login = withSession(
    program
      .command('login')
      .description('sign in with password and MFA code, for credential-process and exec'),
  )
    .option(
      '--endpoint-url <url>',
      'the service (default: AWS_ENDPOINT_URL_SIGNIN, AWS_ENDPOINT_URL, else http://127.0.0.1:4592)',
    )
    .option('--region <name>', 'Region to work in (default: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1)')
    .option('--account <id>', 'account id or alias (default: ask)')
    .option('--user <name>', 'user name (default: ask)')
    .option('--browser', 'sign in on a page of the service, in a browser on this machine')
    .option(
      '--password-stdin',
      'read the password from standard input, and the MFA code from its second line',
    )
    .option('--allow-http', 'send the password without encryption to another machine');
  action(login, async (flags: LoginFlags) => {
    const service = readService(flags, ports);
    const store = openSessionStore(flags, ports);
    const session =
      flags.browser === true
        ? await signInWithBrowser(service, knownOf(flags), ports)
        : await signIn(service, await readTyped(flags, ports), ports);
    await store.begin(session);
    ports.stderr(`signed in as ${session.arn}\n`);
  });

  const logout = withSession(program.command('logout').description('forget a sign-in and its credentials'));
  action(logout, async (flags: SessionFlags) => {
    const wasThere = await openSessionStore(flags, ports).end();
    ports.stderr(wasThere ? 'signed out\n' : 'not signed in\n');
  });
}

function knownOf({ account, user: userName, passwordStdin }: LoginFlags): Known {
  if (passwordStdin === true) throw new UsageError('--browser and --password-stdin exclude each other');
  return { ...(account === undefined ? {} : { account }), ...(userName === undefined ? {} : { userName }) };
}

/** Signs in; who has to change the password and can be asked does so. */
async function signIn(service: Service, typed: Typed, ports: PeoplePorts): Promise<Session> {
  try {
    return await signInWithPassword(service, typed, ports);
  } catch (error) {
    const { isInteractive, ask } = ports.terminal;
    if (!(error instanceof PasswordChangeRequired) || !isInteractive) throw error;
    ports.stderr(`${error.message}\n`);
    const newPassword = await ask('New password: ', true);
    if ((await ask('New password again: ', true)) !== newPassword)
      throw new Error('the two new passwords are not the same');
    return await signInWithPassword(service, { ...typed, newPassword }, ports);
  }
}

async function readTyped(flags: LoginFlags, ports: PeoplePorts): Promise<Typed> {
  if (flags.passwordStdin === true) {
    const { account, user: userName } = flags;
    if (account === undefined || userName === undefined)
      throw new UsageError('--password-stdin needs --account and --user');
    const [password = '', mfaCode = ''] = ports.readInput().split(/\r?\n/);
    return { account, userName, password, mfaCode: mfaCode.trim() };
  }
  const { isInteractive, ask } = ports.terminal;
  if (!isInteractive) throw new UsageError('there is no terminal to ask at: use --password-stdin');
  return {
    account: flags.account ?? (await ask('Account ID or alias: ', false)).trim(),
    userName: flags.user ?? (await ask('User name: ', false)).trim(),
    password: await ask('Password: ', true),
    mfaCode: (await ask('MFA code (empty without a device): ', true)).trim(),
  };
}
