import type { Command } from 'commander';
import { accountOfArn } from './account-of-arn.ts';
import { halfMs, ownCredentials, roleCredentials } from './credentials.ts';
import { action, openSessionStore, type RoleFlags, readRole, withRole } from './options.ts';
import type { PeoplePorts } from './ports.ts';

/**
 * Adds the command that SDKs run for credentials (AWS SDKs and Tools Reference Guide, "Process credential provider"). It asks nobody anything:
 * when the sign-in is over it says so in one line.
 */
export function addCredentialProcessCommand(program: Command, ports: PeoplePorts): void {
  const command = withRole(
    program
      .command('credential-process')
      .description('print credentials of the sign-in as JSON, for credential_process in an AWS config file'),
  );
  action(command, async (flags: RoleFlags) => {
    const role = readRole(flags);
    const store = openSessionStore(flags, ports);
    const { session, credentials } =
      role === undefined
        ? await ownCredentials(store, halfMs, ports)
        : await roleCredentials(store, role, ports);
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials;
    const answer = {
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(expiresAt).toISOString(),
      AccountId: accountOfArn(role?.arn ?? session.arn),
    };
    ports.stdout(`${JSON.stringify(answer)}\n`);
  });
}
