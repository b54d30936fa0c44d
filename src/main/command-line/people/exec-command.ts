import type { Command } from 'commander';
import { freshMs, type Given, ownCredentials, roleCredentials } from './credentials.ts';
import { action, ExitWith, openSessionStore, type RoleFlags, readRole, withRole } from './options.ts';
import type { PeoplePorts } from './ports.ts';

interface ExecFlags extends RoleFlags {
  readonly region?: string;
}

/** What would have an SDK look elsewhere than at the credentials in the environment, or send them elsewhere. */
const removed: ReadonlySet<string> = new Set([
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SECURITY_TOKEN',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
]);

/** Adds the command that runs another with credentials of the sign-in in its environment, and ends as that one does. */
export function addExecCommand(program: Command, ports: PeoplePorts): void {
  const command = withRole(
    program.command('exec').description('run a command with credentials of the sign-in in its environment'),
  )
    .option('--region <name>', 'Region for the command (default: that of the sign-in)')
    .argument('<command...>', 'the command and its arguments, behind --')
    .passThroughOptions();
  action(command, async ([name = '', ...given]: readonly string[], flags: ExecFlags) => {
    const role = readRole(flags);
    const store = openSessionStore(flags, ports);
    const found =
      role === undefined
        ? await ownCredentials(store, freshMs, ports)
        : await roleCredentials(store, role, ports);
    const environment = childEnvironment(ports.environment, found, flags.region);
    const exitCode = await ports.runChild({ command: name, arguments: given, environment });
    if (exitCode !== 0) throw new ExitWith(exitCode);
  });
}

function childEnvironment(
  own: PeoplePorts['environment'],
  { session, credentials }: Given,
  region = session.region,
): Readonly<Record<string, string | undefined>> {
  return {
    ...Object.fromEntries(Object.entries(own).filter(([name]) => !removed.has(name))),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_CREDENTIAL_EXPIRATION: new Date(credentials.expiresAt).toISOString(),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: session.endpoint,
  };
}
