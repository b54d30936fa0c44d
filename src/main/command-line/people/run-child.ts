import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import process from 'node:process';

/** A command with an environment of its own. */
export interface ChildRequest {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What is passed on. The first two reach the whole process group of a terminal by themselves. */
const ofTerminal = ['SIGINT', 'SIGQUIT'] as const;
const passedOn = ['SIGTERM', 'SIGHUP'] as const;
const [notFound, notExecutable, signalBase] = [127, 126, 128];

/**
 * Runs a command in the foreground, with this process's own standard streams, until it ends. Resolves with its exit code, or as shells do
 * with 128 and the number of the signal that ended it, 127 for a command that does not exist and 126 for one that cannot be run.
 */
export async function runChild({ command, arguments: given, environment }: ChildRequest): Promise<number> {
  const listeners = [
    ...ofTerminal.map((name) => [name, (): void => undefined] as const),
    ...passedOn.map((name) => [name, (): void => void child.kill(name)] as const),
  ];
  // Before the command runs: a signal that came right after it began would end this process alone.
  for (const [name, listener] of listeners) process.on(name, listener);
  const child = spawn(command, given, { env: { ...environment }, stdio: 'inherit' });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? signalBase + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    process.stderr.write(`brevet: ${command}: ${isMissing ? 'not found' : 'cannot be run'}\n`);
    return isMissing ? notFound : notExecutable;
  } finally {
    for (const [name, listener] of listeners) process.removeListener(name, listener);
  }
}
