import { createSecretKey } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RandomBytes } from '#core/identifiers';
import { type Clock, formatIsoSeconds } from '#core/time';
import type { RoleDelivery } from '#services/operation';
import { matchHost } from './host.ts';
import type { SignIdentity } from './identity-key.ts';
import type { InstanceFacts } from './instance.ts';
import { buildMetadata, credentialsDirectory, extendedDirectory, profileText } from './metadata-tree.ts';
import { CredentialsUnavailable, type IssuedCredentials, RenewedCredentials } from './renewed-credentials.ts';
import { createSessionTokens } from './session-tokens.ts';
import type { CredentialSource } from './source.ts';

/** What a request came to, where it was refused or had to wait, for the log. */
export interface Answered {
  readonly instance: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface InstanceMetadataOptions {
  readonly facts: InstanceFacts;
  readonly source: CredentialSource;
  /** Credentials of the role as it is now that are in hand already, to be handed out to who shows a session token. */
  readonly held?: IssuedCredentials | undefined;
  /** `optional` also answers IMDSv1: reads without a token. */
  readonly tokens: 'required' | 'optional';
  /** Names that requests may be sent to, beside addresses and `localhost`; in lower case. */
  readonly hosts: readonly string[];
  /** Signs the identity document. */
  readonly sign?: SignIdentity | undefined;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly jitter: () => number;
  readonly onRefused: (answered: Answered) => void;
  readonly onFailure: (instance: string, error: CredentialsUnavailable) => void;
}

/** The door of one instance. */
export interface InstanceMetadata {
  /** Not listening yet: the caller binds it and closes it. */
  readonly server: Server;
  /** Renews what is due. The caller says when, every few seconds. */
  renewIfDue(): void;
}

const headLimitBytes = 16_384;
const headTimeoutMs = 5_000;
const keepAliveTimeoutMs = 65_000;
const longestTtlSeconds = 21_600;
const keyBytes = 32;
const ttlHeader = 'x-aws-ec2-metadata-token-ttl-seconds';
const tokenHeader = 'x-aws-ec2-metadata-token';
/** Dated versions that cloud-init asks for; all say the same here. */
const versions = ['1.0', '2009-04-04', '2016-09-02', '2018-09-24', '2021-03-23', 'latest'];

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes the door (EC2 User Guide, "Use the Instance Metadata Service to access instance metadata"). */
export function createInstanceMetadata(options: InstanceMetadataOptions): InstanceMetadata {
  const { facts, source, clock, random, jitter, onFailure } = options;
  const hosts = new Set(options.hosts);
  const tokens = createSessionTokens({ key: createSecretKey(random(keyBytes)), clock, random });
  const tree = buildMetadata(facts, { hasProfile: source.profile() !== undefined }, options.sign);
  const renewed = (delivery: RoleDelivery, inHand?: IssuedCredentials): RenewedCredentials =>
    new RenewedCredentials({
      held: inHand,
      issue: () => source.issue(delivery),
      clock,
      jitter,
      onFailure: (error) => onFailure(facts.id, error),
    });
  let held: ({ readonly roleId: string } & Readonly<Record<RoleDelivery, RenewedCredentials>>) | undefined;
  /** What is in hand of a role is of no use for the next one. */
  const heldOf = (roleId: string): Readonly<Record<RoleDelivery, RenewedCredentials>> => {
    if (held?.roleId !== roleId) held = { roleId, '1.0': renewed('1.0'), '2.0': renewed('2.0') };
    return held;
  };
  const first = source.role();
  if (options.held !== undefined && first !== undefined)
    held = { roleId: first.id, '1.0': renewed('1.0'), '2.0': renewed('2.0', options.held) };

  function answer(request: IncomingMessage): Reply | Promise<Reply> {
    const { headersDistinct: headers, method = '' } = request;
    const [host, ...otherHosts] = headers.host ?? [];
    if (host === undefined || otherHosts.length > 0 || !matchHost(host, hosts)) return page(403);
    const path = pathOf(request.url ?? '');
    if (path === undefined) return page(400);
    if (path === 'latest/api/token') {
      if (method !== 'PUT') return page(405, { allow: 'PUT' });
      // A proxy that was led here adds this; an instance's own programs do not.
      if (headers['x-forwarded-for'] !== undefined) return page(403);
      return issueToken(headers[ttlHeader] ?? []);
    }
    if (method !== 'GET' && method !== 'HEAD') return page(405, { allow: 'GET, HEAD' });
    const [token, ...otherTokens] = headers[tokenHeader] ?? [];
    if (token === undefined && options.tokens === 'required') return page(401);
    if (token === undefined) return read(path, '1.0', {});
    const expiresAt = otherTokens.length > 0 ? undefined : tokens.verify(token);
    if (expiresAt === undefined) return page(401);
    return read(path, '2.0', { [ttlHeader]: String(Math.ceil((expiresAt - clock()) / 1000)) });
  }

  function issueToken([given, ...others]: readonly string[]): Reply {
    const ttlSeconds =
      given !== undefined && others.length === 0 && /^[0-9]{1,5}$/.test(given) ? Number(given) : 0;
    if (ttlSeconds < 1 || ttlSeconds > longestTtlSeconds) return page(400);
    return text(tokens.issue(ttlSeconds), { [ttlHeader]: String(ttlSeconds) });
  }

  function read(
    path: string,
    delivery: RoleDelivery,
    headers: Readonly<Record<string, string>>,
  ): Reply | Promise<Reply> {
    if (path === '') return text(versions.join('\n'), headers);
    const slash = path.indexOf('/');
    const version = slash < 0 ? path : path.slice(0, slash);
    if (!versions.includes(version)) return page(404);
    const rest = slash < 0 ? '' : path.slice(slash + 1);
    const known = tree.get(rest);
    if (known !== undefined) return text(known, headers);
    if (rest === profileText) return readProfile(headers);
    return readCredentials(rest, delivery, headers);
  }

  function readProfile(headers: Readonly<Record<string, string>>): Reply {
    const profile = source.profile();
    if (profile === undefined) return page(404);
    const told = { LastUpdated: formatIsoSeconds(clock()) };
    return json(
      profile.id === undefined
        ? {
            Code: 'InstanceProfileNotFound',
            Message: `Instance Profile ${profile.arn} cannot be found.`,
            ...told,
          }
        : { Code: 'Success', ...told, InstanceProfileArn: profile.arn, InstanceProfileId: profile.id },
      headers,
    );
  }

  function readCredentials(
    path: string,
    delivery: RoleDelivery,
    headers: Readonly<Record<string, string>>,
  ): Reply | Promise<Reply> {
    const slash =
      path.startsWith(`${credentialsDirectory}/`) || path.startsWith(`${extendedDirectory}/`)
        ? path.lastIndexOf('/')
        : path.length;
    const directory = path.slice(0, slash);
    if (directory !== credentialsDirectory && directory !== extendedDirectory) return page(404);
    const role = source.role();
    if (role === undefined) return page(404);
    if (slash === path.length) return text(role.name, headers);
    if (path.slice(slash + 1) !== role.name) return page(404);
    const extra = directory === extendedDirectory ? { AccountId: facts.accountId } : {};
    const credentials = heldOf(role.id)[delivery];
    credentials.renewIfDue();
    const current = credentials.current();
    if (current !== undefined) return json({ ...describe(current), ...extra }, headers);
    return credentials.get().then(
      (issued) => json({ ...describe(issued), ...extra }, headers),
      (error: unknown) => json(describeFailure(error, role.name, clock()), headers),
    );
  }

  const limits = {
    maxHeaderSize: headLimitBytes,
    headersTimeout: headTimeoutMs,
    requestTimeout: headTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
  };
  const server = createServer(limits, (request, response) => {
    // No path takes a body: what a client sends all the same is read off and forgotten.
    request.resume();
    const reply = answer(request);
    if (!(reply instanceof Promise)) {
      write(request, response, reply);
      return;
    }
    reply.then(
      (late) => write(request, response, late),
      () => write(request, response, page(500)),
    );
  });

  function write(
    request: IncomingMessage,
    response: ServerResponse,
    { status, type, body, headers }: Reply,
  ): void {
    const method = request.method ?? '';
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      server: 'EC2ws',
      ...headers,
    });
    response.end(method === 'HEAD' ? undefined : body);
    if (status !== 200)
      options.onRefused({
        instance: facts.id,
        method,
        path: (request.url ?? '').split('?', 1)[0] ?? '',
        status,
      });
  }

  return {
    server,
    renewIfDue() {
      const role = source.role();
      if (role === undefined || role.id !== held?.roleId) return;
      held['1.0'].renewIfDue();
      held['2.0'].renewIfDue();
    },
  };
}

/** The path without slashes at its ends, as it was sent; undefined for a target that is none. */
function pathOf(target: string): string | undefined {
  if (!target.startsWith('/')) return undefined;
  const end = target.indexOf('?');
  const path = end < 0 ? target.slice(1) : target.slice(1, end);
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function describe(credentials: IssuedCredentials): Readonly<Record<string, string>> {
  return {
    Code: 'Success',
    LastUpdated: formatIsoSeconds(credentials.issuedAt),
    Type: 'AWS-HMAC',
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: formatIsoSeconds(credentials.expiresAt),
  };
}

function describeFailure(error: unknown, role: string, now: number): Readonly<Record<string, string>> {
  const code = error instanceof CredentialsUnavailable ? error.code : 'Failed';
  return {
    Code: code,
    Message:
      code === 'AssumeRoleUnauthorizedAccess'
        ? `EC2 cannot assume the role ${role}. Its trust policy must allow it.`
        : 'The credentials could not be obtained.',
    LastUpdated: formatIsoSeconds(now),
  };
}

function text(body: string, headers: Readonly<Record<string, string>>): Reply {
  return { status: 200, type: 'text/plain', body, headers };
}

function json(body: object, headers: Readonly<Record<string, string>>): Reply {
  return { status: 200, type: 'text/plain', body: JSON.stringify(body, null, 2), headers };
}

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
} as const;

/** A refusal in the form of a page, as AWS's door answers. */
function page(status: keyof typeof titles, headers: Readonly<Record<string, string>> = {}): Reply {
  const title = `${status} - ${titles[status]}`;
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
  return { status, type: 'text/html', body, headers };
}
