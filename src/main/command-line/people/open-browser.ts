import { spawn } from 'node:child_process';
import process from 'node:process';

const openers: Partial<Readonly<Record<NodeJS.Platform, readonly [program: string, ...given: string[]]>>> = {
  darwin: ['open'],
  // Not `start`: a shell would take the address apart.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Shows an address in a browser, and on standard error for where there is none. */
export function openBrowser(url: string): void {
  process.stderr.write(`Sign in with a browser at:\n${url}\n`);
  const [program, ...given] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...given, url], { stdio: 'ignore', detached: true });
  // There is none, or it cannot be opened: the address stands above.
  child.on('error', () => undefined);
  child.unref();
}
