import { parseArn } from '#core/arn';
import { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';
import { postSigned, type RemoteIssuer, textAt, valueAt } from './signed-post.ts';
import type { CredentialSource } from './source.ts';

export interface RemoteSourceOptions extends RemoteIssuer {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
}

const contentType = 'application/x-www-form-urlencoded; charset=utf-8';

/** An issuer elsewhere: AssumeRole with the host's own credentials, which the role's trust policy must name. Nothing is known of a profile. */
export function createRemoteSource(options: RemoteSourceOptions): CredentialSource {
  const { roleArn, clock } = options;
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
    const { ok, status, json } = await postSigned(options, { service: 'sts', path: '/', contentType, body });
    if (ok) return readCredentials(json, clock());
    const code = textAt(json, 'Error', 'Code');
    throw new CredentialsUnavailable(
      code === 'AccessDenied' ? 'AssumeRoleUnauthorizedAccess' : 'Failed',
      `the issuer answered ${status} ${code ?? ''}`,
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
  const expiration = valueAt(answer, ...path, 'Expiration');
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
