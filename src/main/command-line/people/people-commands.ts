import type { Command } from 'commander';
import { addConfigureCommand } from './configure-command.ts';
import { addCredentialProcessCommand } from './credential-process-command.ts';
import { addExecCommand } from './exec-command.ts';
import { addLoginCommands } from './login-command.ts';
import type { PeoplePorts } from './ports.ts';

/** Adds the commands of people at a terminal: sign in and out, credentials for SDKs and for commands, profiles for AWS's tools. */
export function addPeopleCommands(program: Command, ports: PeoplePorts): void {
  addLoginCommands(program, ports);
  addCredentialProcessCommand(program, ports);
  addExecCommand(program, ports);
  addConfigureCommand(program, ports);
}
