/**
 * The `brevet` command: its subcommands, options, help, complaints and exit codes. It knows how to read arguments and where
 * settings come from, and hands the rest to the functions it is given; it opens no stores, and no sockets but to ask the service for an
 * encoded message.
 * Called by brevet.ts, the executable.
 */
export { buildProgram, type CommandLinePorts, type ExitCode, runCommandLine } from './command-line.ts';
