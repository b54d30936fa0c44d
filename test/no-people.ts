/** What the commands for people touch, for tests of other commands: nothing of it may be. */
import type { CommandLinePorts } from '../src/main/command-line/command-line.ts';

function refuse(): never {
  throw new Error('not in this test');
}

export const noPeople: Pick<
  CommandLinePorts,
  'fetch' | 'random' | 'platform' | 'terminal' | 'ownCommand' | 'openBrowser' | 'runChild'
> = {
  fetch: refuse,
  random: refuse,
  platform: 'linux',
  terminal: { isInteractive: false, ask: refuse },
  ownCommand: ['brevet'],
  openBrowser: refuse,
  runChild: refuse,
};
