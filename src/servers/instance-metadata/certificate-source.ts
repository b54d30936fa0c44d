import { parseArn } from '#core/arn';
import { hashBody, type SigningCertificate, signWithCertificate } from '#core/sigv4';
import type { Clock } from '#core/time';
import { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';
import { post, textAt } from './signed-post.ts';
import type { CredentialSource } from './source.ts';

/** A session of a role for whoever holds the key of a certificate. */
export interface CertificateSourceOptions {
  /** The endpoint of IAM Roles Anywhere: `https://brevet.example.com`. */
  readonly url: string;
  /** Asked for at each call, so that the certificate may be renewed. */
  readonly certificate: () => Promise<SigningCertificate>;
  /** Its Region is that of the request. */
  readonly trustAnchorArn: string;
  readonly profileArn: string;
  readonly roleArn: string;
  readonly durationSeconds: number;
  /** The serial number of the certificate without. */
  readonly roleSessionName?: string;
  readonly clock: Clock;
}

/** Credentials of a role by a certificate: CreateSession of an issuer elsewhere. Nothing is known of an instance profile. */
export function createCertificateSource(options: CertificateSourceOptions): CredentialSource {
  const { roleArn } = options;
  const { resource = '' } = parseArn(roleArn) ?? {};
  const name = resource.slice(resource.lastIndexOf('/') + 1);
  return {
    role: () => ({ name, id: roleArn }),
    profile: () => undefined,
    issue: () => createCertificateSession(options),
  };
}

/** Credentials by CreateSession. Rejects with CredentialsUnavailable. */
export async function createCertificateSession(
  options: CertificateSourceOptions,
): Promise<IssuedCredentials> {
  try {
    return await ask(options);
  } catch (error) {
    if (error instanceof CredentialsUnavailable) throw error;
    throw new CredentialsUnavailable('Failed', 'the issuer cannot be asked', error);
  }
}

async function ask(options: CertificateSourceOptions): Promise<IssuedCredentials> {
  const { trustAnchorArn, profileArn, roleArn, durationSeconds, roleSessionName, clock } = options;
  const { region = '' } = parseArn(trustAnchorArn) ?? {};
  const query = new URLSearchParams({ profileArn, roleArn, trustAnchorArn });
  const url = new URL(`/sessions?${query}`, options.url);
  const body = JSON.stringify({ durationSeconds, roleSessionName });
  const rawHeaders = signWithCertificate(
    {
      method: 'POST',
      target: `${url.pathname}${url.search}`,
      rawHeaders: ['host', url.host, 'content-type', 'application/json'],
      bodySha256: hashBody(Buffer.from(body)),
    },
    await options.certificate(),
    { region, service: 'rolesanywhere', now: clock() },
  );
  const answer = await post(url, rawHeaders, body);
  if (answer.ok) return readCredentials(answer.json, clock());
  const message = textAt(answer.json, 'message') ?? '';
  throw new CredentialsUnavailable(
    answer.status === 403 ? 'AssumeRoleUnauthorizedAccess' : 'Failed',
    `the issuer answered ${answer.status}: ${message}`,
  );
}

/** Throws Error for an answer that is not whole. */
function readCredentials(answer: unknown, now: number): IssuedCredentials {
  const path = ['credentialSet', 0, 'credentials'];
  const accessKeyId = textAt(answer, ...path, 'accessKeyId');
  const secretAccessKey = textAt(answer, ...path, 'secretAccessKey');
  const sessionToken = textAt(answer, ...path, 'sessionToken');
  const expiresAt = Date.parse(textAt(answer, ...path, 'expiration') ?? '');
  if (
    accessKeyId === undefined ||
    secretAccessKey === undefined ||
    sessionToken === undefined ||
    !(expiresAt > now)
  )
    throw new Error('the answer of the issuer is not whole');
  return { accessKeyId, secretAccessKey, sessionToken, issuedAt: now, expiresAt };
}
