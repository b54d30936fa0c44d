import { parseArn } from '#core/arn';
import { createCertificateSession } from '#servers/instance-metadata';
import { readSigningCertificate } from '../../signing-certificate.ts';
import { type RoleFlags, readRole, readUrl, UsageError } from './options.ts';
import type { PeoplePorts } from './ports.ts';
import type { Credentials } from './session.ts';

/** What is given in place of a sign-in, named as AWS's signing helper names it. */
export interface CertificateFlags extends RoleFlags {
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly intermediates?: string;
  readonly trustAnchorArn?: string;
  readonly profileArn?: string;
  readonly roleArn?: string;
  readonly endpointUrl?: string;
  readonly allowHttp?: true;
}

const defaultEndpoint = 'http://127.0.0.1:4592';
const needed = ['certificate', 'privateKey', 'trustAnchorArn', 'profileArn', 'roleArn'] as const;

/** Credentials of a role by a certificate: CreateSession of IAM Roles Anywhere. Throws UsageError; rejects with the service's own words. */
export async function certificateCredentials(
  flags: CertificateFlags,
  { environment, now }: Pick<PeoplePorts, 'environment' | 'now'>,
): Promise<{ readonly roleArn: string; readonly credentials: Credentials }> {
  const { certificate, privateKey, intermediates, trustAnchorArn, profileArn, roleArn } = flags;
  if (
    certificate === undefined ||
    privateKey === undefined ||
    trustAnchorArn === undefined ||
    profileArn === undefined ||
    roleArn === undefined
  ) {
    const missing = needed.filter((key) => flags[key] === undefined).map(optionOf);
    throw new UsageError(`a certificate needs ${missing.join(', ')} too`);
  }
  const { durationSeconds, sessionName } = readRole({ ...flags, role: roleArn }) ?? {};
  for (const [arn, key] of [
    [trustAnchorArn, 'trustAnchorArn'],
    [profileArn, 'profileArn'],
  ] as const) {
    if (parseArn(arn)?.service !== 'rolesanywhere')
      throw new UsageError(`${optionOf(key)} must be an ARN of IAM Roles Anywhere`);
  }
  const given =
    flags.endpointUrl ??
    environment.AWS_ENDPOINT_URL_ROLESANYWHERE ??
    environment.AWS_ENDPOINT_URL ??
    defaultEndpoint;
  const url = readUrl(given, flags, 'credentials');
  const files = { certificate, privateKey, intermediates };
  const credentials = await createCertificateSession({
    url: url.href,
    certificate: () => readSigningCertificate(files),
    trustAnchorArn,
    profileArn,
    roleArn,
    durationSeconds: durationSeconds ?? 0,
    ...(sessionName === undefined ? {} : { roleSessionName: sessionName }),
    clock: now,
  });
  return { roleArn, credentials };
}

/** Whether anything of a certificate is given. */
export function namesCertificate(flags: CertificateFlags): boolean {
  return needed.some((key) => flags[key] !== undefined);
}

function optionOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
