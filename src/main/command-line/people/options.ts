import type { Command } from 'commander';
import type { Role } from './credentials.ts';
import type { PeoplePorts } from './ports.ts';
import { cacheDirectory, SessionStore } from './session-store.ts';
import type { Service } from './sign-in-client.ts';

/** A mistake in how a command was called: exit code 2. */
export class UsageError extends Error {}

/** A command ended with an exit code that is not its own. */
export class ExitWith extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super();
    this.exitCode = exitCode;
  }
}

export interface SessionFlags {
  readonly session: string;
}

export interface RoleFlags extends SessionFlags {
  readonly role?: string;
  readonly roleSessionName?: string;
  readonly durationSeconds?: string;
}

const defaultEndpoint = 'http://127.0.0.1:4592';
const uniqueBytes = 9;
const defaultDurationSeconds = 3600;
const [shortestSeconds, longestSeconds] = [900, 43_200];

export function withSession(command: Command): Command {
  return command.option('--session <name>', 'name of the sign-in, for who has several', 'default');
}

export function withRole(command: Command): Command {
  return withSession(command)
    .option('--role <arn>', 'role to assume (default: none, the user who signed in)')
    .option('--role-session-name <name>', 'name of the session of the role (default: that of the user)')
    .option('--duration-seconds <number>', 'how long a session of the role lives (default: 3600)');
}

/** Runs a command; what is wrong with how it was called ends it as an unknown option does. */
export function action<Given extends readonly unknown[]>(
  command: Command,
  run: (...given: Given) => Promise<void>,
): void {
  command.allowExcessArguments(false).action(async (...given: unknown[]) => {
    try {
      await run(...(given as unknown as Given));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      command.error(`error: ${error.message}`, { exitCode: 2 });
    }
  });
}

export function openSessionStore({ session }: SessionFlags, ports: PeoplePorts): SessionStore {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(session))
    throw new UsageError('--session must be 1 to 64 letters, digits, dots, hyphens and underscores');
  const cache = cacheDirectory(ports.environment, ports.platform);
  return new SessionStore(cache, session, () => ports.random(uniqueBytes));
}

/** The role that flags name. Throws UsageError for what belongs to a role without one. */
export function readRole({ role, roleSessionName, durationSeconds }: RoleFlags): Role | undefined {
  if (role === undefined) {
    if (roleSessionName !== undefined || durationSeconds !== undefined)
      throw new UsageError('--role-session-name and --duration-seconds need --role');
    return undefined;
  }
  if (!/^arn:aws:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/.test(role))
    throw new UsageError('--role must be the ARN of a role, such as arn:aws:iam::111122223333:role/deploy');
  const seconds = durationSeconds === undefined ? defaultDurationSeconds : Number(durationSeconds);
  if (!Number.isInteger(seconds) || seconds < shortestSeconds || seconds > longestSeconds)
    throw new UsageError(`--duration-seconds must be a number from ${shortestSeconds} to ${longestSeconds}`);
  if (roleSessionName !== undefined && !/^[\w+=,.@-]{2,64}$/.test(roleSessionName))
    throw new UsageError('--role-session-name must be 2 to 64 letters, digits and characters of _+=,.@-');
  return { arn: role, sessionName: roleSessionName, durationSeconds: seconds };
}

/** Where to sign in. Throws UsageError for an address that would show the password to whoever is on the way. */
export function readService(
  flags: { readonly endpointUrl?: string; readonly region?: string; readonly allowHttp?: true },
  { environment }: Pick<PeoplePorts, 'environment'>,
): Service {
  const given =
    flags.endpointUrl ??
    environment.AWS_ENDPOINT_URL_SIGNIN ??
    environment.AWS_ENDPOINT_URL ??
    defaultEndpoint;
  const url = readUrl(given, flags, 'password');
  return {
    endpoint: `${url.origin}${url.pathname.replace(/\/$/, '')}`,
    region: flags.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1',
  };
}

/** The address of a service. Throws UsageError for one at which what is secret would be read on the way. */
export function readUrl(given: string, flags: { readonly allowHttp?: true }, secret: string): URL {
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.username !== '')
    throw new UsageError('--endpoint-url must be an http or https address');
  const isHere =
    ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname) || url.hostname.endsWith('.localhost');
  if (url.protocol === 'http:' && !isHere && flags.allowHttp !== true)
    throw new UsageError(
      `${url.origin} is not encrypted, and the ${secret} would be read on the way: use https, or --allow-http`,
    );
  return url;
}
