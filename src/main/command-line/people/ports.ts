import type { BrowserPorts } from './browser-login.ts';
import type { Terminal } from './prompt.ts';
import type { ChildRequest } from './run-child.ts';

/** What the commands for people touch outside themselves, their own files apart. */
export interface PeoplePorts extends BrowserPorts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly platform: NodeJS.Platform;
  readonly terminal: Terminal;
  /** The whole of standard input. */
  readonly readInput: () => string;
  /** The program and the arguments that run `brevet`, for files that name it. */
  readonly ownCommand: readonly string[];
  /** Runs a command until it ends; resolves with its exit code. */
  readonly runChild: (child: ChildRequest) => Promise<number>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}
