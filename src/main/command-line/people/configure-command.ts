import type { Command } from 'commander';
import { addSection, awsConfigFile, findSection, readConfig, sectionOf } from './aws-config-file.ts';
import { action, openSessionStore, type RoleFlags, readRole, UsageError, withRole } from './options.ts';
import type { PeoplePorts } from './ports.ts';

interface ConfigureFlags extends RoleFlags {
  readonly profile: string;
  readonly region?: string;
}

const uniqueBytes = 9;

/** Adds the command that writes a profile with which AWS's own tools use the sign-in. */
export function addConfigureCommand(program: Command, ports: PeoplePorts): void {
  const command = withRole(
    program
      .command('configure')
      .description('write a profile to the AWS config file that takes its credentials from the sign-in'),
  )
    .requiredOption('--profile <name>', 'name of the profile; one that exists is left as it is')
    .option('--region <name>', 'Region of the profile (default: that of the sign-in)');
  action(command, async (flags: ConfigureFlags) => {
    if (!/^[\w.@+-]{1,128}$/.test(flags.profile))
      throw new UsageError('--profile must be 1 to 128 letters, digits and characters of _.@+-');
    readRole(flags);
    const { endpoint, region } = await openSessionStore(flags, ports).load();
    const settings = {
      region: flags.region ?? region,
      endpoint_url: endpoint,
      credential_process: commandLine([...ports.ownCommand, 'credential-process', ...argumentsOf(flags)]),
    };
    const file = awsConfigFile(ports.environment, ports.workingDirectory);
    const section = sectionOf(flags.profile);
    const present = findSection(await readConfig(file), section);
    const wanted = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    if (present === undefined) await addSection(file, section, settings, ports.random(uniqueBytes));
    else if (present.join('\n') !== wanted.join('\n'))
      throw new Error(`${file} has a profile ${flags.profile} already: choose another name, or remove it`);
    ports.stderr(`profile ${flags.profile} is in ${file}\n`);
  });
}

function argumentsOf({ session, role, roleSessionName, durationSeconds }: ConfigureFlags): readonly string[] {
  return [
    ...(session === 'default' ? [] : ['--session', session]),
    ...(role === undefined ? [] : ['--role', role]),
    ...(roleSessionName === undefined ? [] : ['--role-session-name', roleSessionName]),
    ...(durationSeconds === undefined ? [] : ['--duration-seconds', durationSeconds]),
  ];
}

/** A command line that each SDK takes apart alike: some do it as a shell does, some by themselves. */
function commandLine(parts: readonly string[]): string {
  return parts
    .map((part) => {
      if (/^[\w+=,.@:/\\-]+$/.test(part) && !part.includes('\\')) return part;
      if (/["$`\n\r%!]/.test(part)) throw new Error(`${part} cannot be written to an AWS config file`);
      return `"${part}"`;
    })
    .join(' ');
}
