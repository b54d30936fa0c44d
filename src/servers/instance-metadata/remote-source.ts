import { parseArn } from '#core/arn';
import { hashBody, type SigningCredentials, signRequest } from '#core/sigv4';
import type { Clock } from '#core/time';
import { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';
import type { CredentialSource } from './source.ts';

export interface RemoteSourceOptions {
  /** The endpoint of STS: `https://sts.example.com`. */
  readonly url: string;
  /** The host's own credentials; asked for at each call, so that they may be temporary. */
  readonly credentials: () => Promise<SigningCredentials>;
  readonly region: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly clock: Clock;
}

const timeoutMs = 5000;
const longestAnswerChars = 100_000;
const contentType = 'application/x-www-form-urlencoded; charset=utf-8';

/** An issuer elsewhere: AssumeRole with the host's own credentials, which the role's trust policy must name. Nothing is known of a profile. */
export function createRemoteSource(options: RemoteSourceOptions): CredentialSource {
  const { roleArn, region, clock } = options;
  const url = new URL('/', options.url);
  const { resource = '' } = parseArn(roleArn) ?? {};
  const name = resource.slice(resource.lastIndexOf('/') + 1);

  async function assume(): Promise<IssuedCredentials> {
    const body = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: options.sessionName,
      DurationSeconds: String(options.durationSeconds),
    }).toString();
    const { rawHeaders } = signRequest(
      {
        method: 'POST',
        target: '/',
        rawHeaders: ['host', url.host, 'content-type', contentType, 'accept', 'application/json'],
        bodySha256: hashBody(Buffer.from(body)),
      },
      { credentials: await options.credentials(), region, service: 'sts', now: clock() },
    );
    const headers: [string, string][] = [];
    for (let index = 2; index + 1 < rawHeaders.length; index += 2)
      headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    const text = await response.text();
    if (text.length > longestAnswerChars) throw new Error('the answer of the issuer is too long');
    if (response.ok) return readCredentials(JSON.parse(text), clock());
    const code = textAt(JSON.parse(text), 'Error', 'Code');
    throw new CredentialsUnavailable(
      code === 'AccessDenied' ? 'AssumeRoleUnauthorizedAccess' : 'Failed',
      `the issuer answered ${response.status} ${code ?? ''}`,
    );
  }

  return {
    role: () => ({ name, id: roleArn }),
    profile: () => undefined,
    async issue() {
      try {
        return await assume();
      } catch (error) {
        if (error instanceof CredentialsUnavailable) throw error;
        throw new CredentialsUnavailable('Failed', 'the issuer cannot be asked', error);
      }
    },
  };
}

/** Throws Error for an answer that is not whole. */
function readCredentials(answer: unknown, now: number): IssuedCredentials {
  const path = ['AssumeRoleResponse', 'AssumeRoleResult', 'Credentials'];
  const accessKeyId = textAt(answer, ...path, 'AccessKeyId');
  const secretAccessKey = textAt(answer, ...path, 'SecretAccessKey');
  const sessionToken = textAt(answer, ...path, 'SessionToken');
  const expiration = at(answer, ...path, 'Expiration');
  // STS writes seconds since the Unix epoch in JSON.
  const expiresAt = typeof expiration === 'number' ? expiration * 1000 : Number.NaN;
  if (
    accessKeyId === undefined ||
    secretAccessKey === undefined ||
    sessionToken === undefined ||
    !(expiresAt > now)
  )
    throw new Error('the answer of the issuer is not whole');
  return { accessKeyId, secretAccessKey, sessionToken, issuedAt: now, expiresAt };
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path)
    found =
      typeof found === 'object' && found !== null
        ? (found as Readonly<Record<string, unknown>>)[name]
        : undefined;
  return found;
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
