import type { Command } from 'commander';
import { accountOfArn } from './account-of-arn.ts';
import {
  type CertificateFlags,
  certificateCredentials,
  namesCertificate,
} from './certificate-credentials.ts';
import { halfMs, ownCredentials, roleCredentials } from './credentials.ts';
import { action, openSessionStore, readRole, withRole } from './options.ts';
import type { PeoplePorts } from './ports.ts';
import type { Credentials } from './session.ts';

/**
 * Adds the command that SDKs run for credentials (AWS SDKs and Tools Reference Guide, "Process credential provider"). It asks nobody anything:
 * when the sign-in is over it says so in one line. With a certificate it needs no sign-in, and takes the options of AWS's signing helper.
 */
export function addCredentialProcessCommand(program: Command, ports: PeoplePorts): void {
  const command = withRole(
    program
      .command('credential-process')
      .description('print credentials of the sign-in as JSON, for credential_process in an AWS config file'),
  )
    .option('--certificate <file>', 'a certificate in PEM, in place of a sign-in')
    .option('--private-key <file>', 'its private key')
    .option('--intermediates <file>', 'authorities between it and the trust anchor')
    .option('--trust-anchor-arn <arn>', 'the trust anchor that vouches for it')
    .option('--profile-arn <arn>', 'the profile of IAM Roles Anywhere that lists the role')
    .option('--role-arn <arn>', 'the role to have by the certificate')
    .option('--endpoint-url <url>', 'address of the service for a certificate (default: AWS_ENDPOINT_URL)')
    .option('--allow-http', 'for a certificate, to send over plain HTTP beyond this machine');
  action(command, async (flags: CertificateFlags) => {
    if (namesCertificate(flags)) {
      const { roleArn, credentials } = await certificateCredentials(flags, ports);
      print(credentials, roleArn, ports);
      return;
    }
    const role = readRole(flags);
    const store = openSessionStore(flags, ports);
    const { session, credentials } =
      role === undefined
        ? await ownCredentials(store, halfMs, ports)
        : await roleCredentials(store, role, ports);
    print(credentials, role?.arn ?? session.arn, ports);
  });
}

function print(
  { accessKeyId, secretAccessKey, sessionToken, expiresAt }: Credentials,
  arn: string,
  ports: PeoplePorts,
): void {
  const answer = {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt).toISOString(),
    AccountId: accountOfArn(arn),
  };
  ports.stdout(`${JSON.stringify(answer)}\n`);
}
